/** What the browser made of a request, as far as the page can tell. */
export interface Outcome {
  readonly verdict: 'allowed' | 'blocked'
  /** What the page saw: a status, an error, a header that is not there. */
  readonly detail: string
}

const WAIT_MS = 15_000

export function allowed (detail: string): Outcome {
  return { verdict: 'allowed', detail }
}

export function blocked (detail: string): Outcome {
  return { verdict: 'blocked', detail }
}

/** Blocked if `attempt` fails, for that is all that a page is told. */
export async function judge (attempt: Promise<Outcome>): Promise<Outcome> {
  try {
    return await within(attempt)
  } catch (error) {
    return blocked(String(error))
  }
}

/** Waits for an element or an object to say that it has loaded, or has not. */
export async function eventOf (target: EventTarget, success: string, failure = 'error'): Promise<Event> {
  return await within(new Promise((resolve, reject) => {
    target.addEventListener(success, resolve, { once: true })
    target.addEventListener(failure, () => { reject(new Error(`${failure} event`)) }, { once: true })
  }))
}

export async function within<T> (promise: Promise<T>, ms = WAIT_MS): Promise<T> {
  let timer: number | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = window.setTimeout(() => { reject(new Error(`nothing happened for ${ms} ms`)) }, ms)
  })
  return await Promise.race([promise, late]).finally(() => { clearTimeout(timer) })
}

export async function pause (ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
