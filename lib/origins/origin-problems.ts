import type { CorsProblemCode } from '../errors.ts'
import { quote, show } from '../text/show.ts'
import { correctOrigin, withScheme } from './canonical-origin.ts'
import { isAnchored } from './anchored.ts'

/** What is wrong with one origin, pattern or RegExp by itself. */
export interface OriginProblem {
  readonly code: CorsProblemCode
  readonly message: string
}

const EXAMPLE = "write an origin such as 'https://app.example.com'"

/** What is wrong with an origin or a pattern; undefined if it can match a browser's. */
export function originTextProblem (text: string): OriginProblem | undefined {
  const shown = quote(text)
  if (/^\s*null\s*$/i.test(text)) {
    return {
      code: 'null-origin',
      message: `${shown} is sent by every sandboxed page, so that allowing it allows anyone; ` +
        "serve such pages with '*', or allow it in a function"
    }
  }
  if (/^\s*file:/i.test(text)) {
    return {
      code: 'file-origin',
      message: `${shown} is never sent: browsers send 'null' for local files; serve the page over HTTP`
    }
  }
  if (text === '*') {
    return { code: 'invalid-pattern', message: `${shown} cannot be one of several origins; write it alone, without a list` }
  }
  if (!text.includes('://') && !/^\s*(?:https?|wss?|blob):/i.test(text)) {
    const written = correctOrigin(withScheme(text))
    return {
      code: 'missing-scheme',
      message: `${shown} lacks a scheme; ${written === undefined ? EXAMPLE : `write ${quote(written)}`}`
    }
  }
  const correct = correctOrigin(text)
  if (correct === text) return undefined
  return text.includes('*') ? patternProblem(shown, correct) : notAnOrigin(shown, correct)
}

function patternProblem (shown: string, correct: string | undefined): OriginProblem {
  const message = correct === undefined
    ? `${shown} is not a pattern: a '*' can only be the whole first label, as in 'https://*.example.com', ` +
      "or the port, as in 'http://localhost:*'"
    : `${shown} matches no origin a browser sends; write ${quote(correct)}`
  return { code: 'invalid-pattern', message }
}

function notAnOrigin (shown: string, correct: string | undefined): OriginProblem {
  const fix = correct === undefined ? EXAMPLE : `write ${quote(correct)}`
  return { code: 'not-an-origin', message: `${shown} is not an origin a browser sends; ${fix}` }
}

/** What is wrong with a RegExp; undefined if it always looks at the whole origin. */
export function originRegExpProblem (regExp: RegExp): OriginProblem | undefined {
  if (isAnchored(regExp.source, regExp.flags)) return undefined
  const message = regExp.multiline
    ? 'has the flag m, with which ^ and $ do not mean the whole origin; leave the flag out'
    : 'also matches origins that merely contain what it looks for; start each alternative with ^ and end it with $'
  return { code: 'unanchored-regexp', message: `${show(regExp)} ${message}` }
}
