import type { ReasonCode, ReasonDetail } from './reasons.ts'

/** What was wrong with the arguments of `simulate`. */
export type SimulateErrorCode =
  | 'TARGET_INVALID' | 'REQUEST_INVALID' | 'OPTION_INVALID' | 'FROM_INVALID' | 'URL_INVALID' | 'ANSWER_INVALID'

/** A call of `simulate` that no browser could have made: a mistake in the test, not in the server. */
export class SimulateError extends TypeError {
  readonly code: SimulateErrorCode

  constructor (code: SimulateErrorCode, message: string) {
    super(message)
    this.name = 'SimulateError'
    this.code = code
  }
}

/** The request's end, with its reason: thrown by the steps, caught by `simulate`. */
export class RequestFailure extends Error {
  readonly verdict: 'throws' | 'blocked'
  readonly code: ReasonCode
  readonly detail: ReasonDetail

  constructor (verdict: 'throws' | 'blocked', code: ReasonCode, detail: ReasonDetail = {}) {
    super(code)
    this.verdict = verdict
    this.code = code
    this.detail = detail
  }
}

/** A TypeError or DOMException of the page's own API; nothing is sent. */
export function throws (code: ReasonCode, detail?: ReasonDetail): RequestFailure {
  return new RequestFailure('throws', code, detail)
}

/** @see https://fetch.spec.whatwg.org/#concept-network-error */
export function networkError (code: ReasonCode, detail?: ReasonDetail): RequestFailure {
  return new RequestFailure('blocked', code, detail)
}
