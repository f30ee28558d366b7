/** Whether a function of the user's answers later. */
export function isPromiseLike (value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** What a function of the user's threw, as an error; with this message where it says nothing. */
export function toError (thrown: unknown, message: string): Error {
  if (thrown instanceof Error) return thrown
  return typeof thrown === 'string' ? new Error(thrown) : new Error(message, { cause: thrown })
}
