/** What a live list needs to know of time and chance. */
export interface Clock {
  /** Milliseconds since 1970. */
  now (): number
  /** From 0 to 1, without 1. */
  random (): number
  /** Calls back once, unless the function that it returns was called before. Unless told to, it does not keep the process alive. */
  after (milliseconds: number, callback: () => void, keepsAlive?: boolean): () => void
}

export const realClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after (milliseconds, callback, keepsAlive = false) {
    const timer = setTimeout(callback, milliseconds)
    if (!keepsAlive) timer.unref()
    return () => { clearTimeout(timer) }
  }
}
