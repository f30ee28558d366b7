import t from 'tap'

import { originRegExpProblem } from '../../lib/validate/regexps.ts'

/** RegExps that look at the whole origin, and match none. */
const impossible: readonly RegExp[] = [
  // Without a colon.
  /^$/, /^a\.example$/, /^https\/\/a$/, /^https\.\/\/a$/, /^https\w\/\/a$/, /^https\s\/\/a$/, /^https\d\/\/a$/,
  /^https(?:x)\/\/a$/, /^https(?<name>x)\/\/a$/, /^https(?=x)\/\/a$/, /^https(?!x)\/\/a$/, /^https(?<=x)\/\/a$/, /^https(?<!x)\/\/a$/,
  // With the port that browsers leave out.
  /^https:\/\/a:443$/, /^http:\/\/a:80$/, /^HTTPS:\/\/a:443$/i, /^https:\/\/a\.b:443$/,
  // With what stands in no origin.
  /^https:\/\/a b$/, /^https:\/\/a#b$/, /^https:\/\/a@b$/, /^https:\/\/ a$/,
  /^https:\/\/a\/$/, /^https:\/\/a\/b$/, /^https:\/\/a\/+$/, /^https:\/\/a\/{1}$/, /^https:\/\/a\/{2,}$/, /^https:\/\/[a]\/$/, /^https:\/\/(?:a|b)\/$/, /^https:\/\/a\(\/\)$/,
  /^https:\/\/A$/, /^https:\/\/aB+$/, /^https:\/\/a(?:b)C$/, /^https:\/\/[a]B$/, /^https:\/\/\(A\)$/, /^https:\/\/\wA$/, /^https:\/\/[\]A]B$/, /^https:\/\/a{2}B$/, /^https:\/\/A$|^b$/,
  /^a$|^b$/, /^(?:a|b)$|^c$/, /^[a|]b$|^c$/, /^a\|b$/, /^a\(b$|^c$/, /^[(]a$|^c$/, /^[\]|]a$|^c$/,
  // What is no alternative of its own, and what is one.
  /^https:\/\/[|]A$/, /^https:\/\/[\]|]A$/, /^https:\/\/[[|]A$/, /^https:\/\/\|A$/, /^https:\/\/(?:a|b)A$/, /^(?:https:\/\/a|b)A$/, /^(?:b)$|^https:\/\/a:443$/, /^(?:b|(?:c|d))$|^https:\/\/a:443$/,
  // What need not be there does not take a letter before it along.
  /^https:\/\/A[a]?$/, /^https:\/\/A(?:a)?$/, /^https:\/\/A\(?$/
]

/** Others of which nobody can say so, for all that is looked at. */
const possible: readonly RegExp[] = [
  /^https:\/\/a$/, /^http:\/\/a:443$/, /^https:\/\/a:80$/, /^https:\/\/a:8443$/, /^https:\/\/a:[4]43$/, /^https:\/\/a:4430$/, /^ahttps:\/\/a:443$/, /^ahttp:\/\/a:80$/,
  // What may be a colon.
  /^https.\/\/a$/, /^https[.]\/\/a$/, /^https[^a]\/\/a$/, /^https\S\/\/a$/, /^https\W\/\/a$/, /^https\D\/\/a$/, /^https\p{P}\/\/a$/u, /^https\P{L}\/\/a$/u, /^https\u003a\/\/a$/, /^https\x3a\/\/a$/,
  /^(:|x)\1\/\/a$/, /^https(?<c>x)\k<c>\/\/a$/, /^https\ca\/\/a$/, /^https(?::)\/\/a$/, /^https(?<c>:)\/\/a$/, /^https(?=:).\/\/a$/,
  // What need not be there.
  /^https:\/\/a\/?$/, /^https:\/\/a\/*$/, /^https:\/\/a\/{0}$/, /^https:\/\/a\/{0,1}$/, /^https:\/\/a(?:\/)$/, /^https:\/\/a(?:\/b)?$/, /^https:\/\/a[/]$/, /^https:\/\/a ?$/, /^https:\/\/a#*$/,
  /^https:\/\/aA?$/, /^https:\/\/a(?:A)$/, /^https:\/\/a(?:(?:A)b)$/, /^https:\/\/a(?:(?:(?:A)b)c)$/, /^https:\/\/a(?:(?:(?:bc)de)AB)$/, /^https:\/\/a(?:(?:(?:)(?:bc)de)(?:f)AB)$/, /(^https:\/\/a(?!b)c$)/, /^https:\/\/[A-Z]a$/, /^https:\/\/[\]A]a$/, /^https:\/\/[^\\A]a$/, /^https:\/\/\Sa$/, /^https:\/\/\Wa$/, /^https:\/\/a{1,2}$/,
  // Letters of either case.
  /^https:\/\/A$/i, /^HTTPS:\/\/a$/i,
  // One alternative is enough.
  /^a$|^https:\/\/a$/, /^https:\/\/a$|^a$/, /^https:\/\/[|]a$/, /^https:\/\/\|a$/, /^(?:https:\/\/a|b)$/, /^(?:b|https:\/\/a)$/
]

t.test('a RegExp that can match no origin is refused, and any other one is not', async (t) => {
  for (const regExp of impossible) {
    const problem = originRegExpProblem(regExp)
    t.equal(problem?.code, 'not-an-origin', String(regExp))
    t.match(problem?.message, ' matches no origin a browser sends; write scheme, host and port in lower case, without a path and a default port, as in /^https:\\/\\/app\\.example\\.com$/')
  }
  for (const regExp of possible) t.equal(originRegExpProblem(regExp), undefined, String(regExp))
})
