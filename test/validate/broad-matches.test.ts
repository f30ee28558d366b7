import t from 'tap'

import { broadMatches } from '../../lib/validate/broad-regexp.ts'

/** A RegExp for this text alone. */
function exactly (origin: string): RegExp {
  return new RegExp(`^${origin.replace(/[.]/g, '\\.')}$`)
}

t.test('each origin that nobody means is tried', async (t) => {
  for (const host of ['evil.example', 'evil.com', 'evil-1.com', 'evil.dev', 'evil.co.uk', 'a.evil.com', 'evil.com:8443', '203.0.113.7']) {
    t.strictSame(broadMatches(exactly(`https://${host}`)), [{ kind: 'stranger', origin: `https://${host}` }], host)
    // With a class in its name it is no host that the RegExp names.
    t.strictSame(broadMatches(new RegExp(`^http://${host.replace(/^./, '[$&]')}$`)), [{ kind: 'insecure', origin: `http://${host}` }], host)
  }
  for (const host of ['192.168.0.10', '192.168.1.1', '10.0.0.1', '172.16.0.1']) {
    t.strictSame(broadMatches(new RegExp(`^http://${host.replace(/^./, '[$&]')}$`)), [{ kind: 'insecure', origin: `http://${host}` }], host)
  }
  for (const suffix of [
    'vercel.app', 'github.io', 'netlify.app', 'pages.dev', 'workers.dev', 'herokuapp.com', 'web.app', 'firebaseapp.com', 'azurewebsites.net',
    'cloudfront.net', 's3.amazonaws.com', 'amplifyapp.com', 'onrender.com', 'fly.dev', 'surge.sh', 'gitlab.io', 'ngrok-free.app', 'blogspot.com'
  ]) {
    for (const name of ['x', 'evil-1']) t.strictSame(broadMatches(exactly(`https://${name}.${suffix}`)), [{ kind: 'public-suffix', origin: `https://${name}.${suffix}` }], suffix)
    t.strictSame(broadMatches(new RegExp(`^http://[x].${suffix}$`)), [{ kind: 'insecure', origin: `http://x.${suffix}` }], suffix)
  }
  t.strictSame(broadMatches(/^file:\/\/$/), [{ kind: 'insecure', origin: 'file://' }])
  t.strictSame(broadMatches(/^http:\/\/[lx]ocalhost$|^http:\/\/.\.localhost$|^http:\/\/localhost:\d+$/), [])
})

/** What is found with a RegExp: kind and origin. */
const cases: ReadonlyArray<readonly [regExp: RegExp, ...found: ReadonlyArray<readonly [kind: string, origin: string]>]> = [
  // What follows from its hosts.
  [/^https:\/\/.*a\.test$/, ['stranger', 'https://evila.test']],
  [/^https:\/\/evil-.*a\.test$/, ['stranger', 'https://evil-a.test']],
  [/^https:\/\/a\.test\..*$/, ['stranger', 'https://a.test.evil.com']],
  [/^https:\/\/[b-z]*a\.test$|^https:\/\/(?:a.b\.test)$/, ['stranger', 'https://evila.test']],
  [/^(?:https:\/\/a.test)$/, ['stranger', 'https://axtest']],
  [/^https:\/\/(?:[a-z]+\.)?shopware\.store$/, ['public-suffix', 'https://x.shopware.store']],
  [/^https:\/\/evil-\d\.shopware\.store$/, ['public-suffix', 'https://evil-1.shopware.store']],
  [/^http:\/\/[a-z]\.shopware\.store$/, ['insecure', 'http://x.shopware.store']],
  // Whoever gets in by a public suffix is no stranger: that has an option of its own.
  [/^https:\/\/[a-z]*\.?shopware\.store$/, ['public-suffix', 'https://x.shopware.store']],
  [/^https?:\/\/x\.vercel\.app$/, ['public-suffix', 'https://x.vercel.app'], ['insecure', 'http://x.vercel.app']],
  [/^https?:\/\/.*$/, ['stranger', 'https://evil.example']],
  // Its hosts without encryption.
  [/^http:\/\/a\.test$/, ['insecure', 'http://a.test']],
  [/^http:\/\/A\.TEST$/i, ['insecure', 'http://a.test']],
  [/^http:\/\/-?a\.test\.?$/, ['insecure', 'http://a.test']],
  [/^http:\/\/\w\.a\.test$/, ['insecure', 'http://x.a.test']],
  [/^http:\/\/a\.test:\d+$/, ['insecure', 'http://a.test:3000']],
  [/^http:\/\/(?:b|c)\.a\.test$/, ['insecure', 'http://b.a.test']],
  [/^http:\/\/(?!b)(?:b|c)\.a\.test$/, ['insecure', 'http://c.a.test']],
  [/^http:\/\/(?<!b)(?<name>c)\.a\.test$/, ['insecure', 'http://c.a.test']],
  [/^http:\/\/(?=c)(?<=\/)c\.a\.test$/, ['insecure', 'http://c.a.test']],
  [/^http:\/\/(?:c)[.](?:a)\.test$/],
  [/^http:\/\/c{1}\.a\.test$/, ['insecure', 'http://c.a.test']],
  [/^http:\/\/[\]b]c\.a\.test$/],
  [/^http:\/\/\d\.a\.test$/],
  [/^http:\/\/c(?:d)?\.a\.test$/, ['insecure', 'http://c.a.test']],
  [/^http:\/\/(?:myhttp)\.a\.test$/, ['insecure', 'http://myhttp.a.test']],
  [/^http:\/\/(?:httpd)\.a\.test$/, ['insecure', 'http://httpd.a.test']],
  // Names of groups, classes and quantifiers are no names of hosts.
  [/^http:\/\/(?<cde>[c]de)\.a\.test$/],
  [/^http:\/\/[cd]+\.a\.test$/],
  [/^http:\/\/[\]\\cd]+\.a\.test$/],
  [/^http:\/\/[1-9]{1,2}\.a\.test$/],
  // No more than four of them, eight labels, and none of a hundred letters.
  [/^https:\/\/(?:a\.test|b\.test|c\.test|.*d\.test)$/, ['stranger', 'https://evild.test']],
  [/^https:\/\/(?:a\.test|a\.test|b\.test|c\.test|.*d\.test)$/, ['stranger', 'https://evild.test']],
  [/^https:\/\/(?:a\.test|b\.test|c\.test|d\.test|.*e\.test)$/],
  [/^http:\/\/(?!b\.|c\.|d\.|e\.|f\.|g\.|h\.)(?:i)\.a\.test$/, ['insecure', 'http://i.a.test']],
  [/^http:\/\/(?!b\.|b\.|c\.|d\.|e\.|f\.|g\.|h\.)(?:i)\.a\.test$/, ['insecure', 'http://i.a.test']],
  [/^http:\/\/(?!b\.|c\.|d\.|e\.|f\.|g\.|h\.|i\.)(?:j)\.a\.test$/],
  [new RegExp(`^https://.*${'a'.repeat(50)}.${'b'.repeat(43)}.test$`), ['stranger', `https://evil${'a'.repeat(50)}.${'b'.repeat(43)}.test`]],
  [new RegExp(`^https://.*${'a'.repeat(50)}.${'b'.repeat(44)}.test$`)],
  // A dot that was not escaped.
  [/^https:\/\/a.test$/, ['stranger', 'https://axtest']],
  [/^https?:\/\/a.b\.test$/, ['stranger', 'https://axb.test']],
  [/^HTTPS:\/\/A.b\.TEST$/i, ['stranger', 'https://axb.test']],
  [/^https:\/\/a.b.test$/, ['stranger', 'https://axb.test']],
  [/^https:\/\/a.+b\.test$/],
  [/^https:\/\/a.*b\.test$/],
  [/^https:\/\/a.?b\.test$/],
  [/^https:\/\/a.{1}b\.test$/],
  [/^https:\/\/a\.b\.test$/],
  // Only where there is nothing but a host.
  [/^https:\/\/a\.b.test$|^x:$/]
]

t.test('and what follows from the text of a RegExp', async (t) => {
  for (const [regExp, ...found] of cases) {
    t.strictSame(broadMatches(regExp), found.map(([kind, origin]) => ({ kind, origin })), String(regExp))
  }
})

t.test('flags that have a RegExp remember where it was make no difference', async (t) => {
  for (const flags of ['g', 'y', 'gy', 'dgimsuy']) {
    const regExp = new RegExp('^https://.*a[.]test$|^https://axb.test$|^https?://evil.com$', flags)
    for (let time = 0; time < 2; time++) t.strictSame(broadMatches(regExp).map(({ origin }) => origin), ['https://evil.com'], flags)
    t.equal(regExp.lastIndex, 0)
  }
})
