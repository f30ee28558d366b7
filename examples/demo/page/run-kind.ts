import type { Kind } from './kinds.ts'
import type { Outcome } from './outcome.ts'
import * as requests from './requests.ts'

type Run = (url: string, kind: Kind, id: string) => Promise<Outcome>

/** How those requests are made that are no plain `fetch()`, by the kind's id. */
const RUNS: Readonly<Record<string, Run>> = {
  xhr: async (url) => await requests.tryXhr(url),
  'xhr-upload': async (url) => await requests.tryXhr(url, { method: 'POST', uploadListener: true, body: 'text' }),
  'module-script': async (url) => await requests.tryModuleScript(url),
  import: async (url) => await requests.tryImport(url),
  font: async (url) => await requests.tryFontFace(url),
  image: async (url) => await requests.tryImagePixels(url),
  texture: async (url) => await requests.tryTexture(url),
  events: async (url) => await requests.tryEventSource(url),
  beacon: async (url, _kind, id) => await requests.tryBeacon(url, id),
  sandbox: async (url) => await requests.trySandboxedFrame(url),
  exposed: async (url, { reads = '' }) => await requests.tryExposedHeader(url, reads)
}

async function runFetch (url: string, { request: { method, headers, credentials, body } }: Kind): Promise<Outcome> {
  return await requests.tryFetch(url, {
    ...(method !== undefined && { method }),
    ...(headers !== undefined && { headers }),
    ...(credentials !== undefined && { credentials }),
    ...(body !== undefined && { body: body() })
  })
}

/** Lets this browser make a request of that kind. The id is in the URL, and in the log of the API. */
export async function runKind (kind: Kind, url: string, id: string): Promise<Outcome> {
  return await (RUNS[kind.id] ?? runFetch)(url, kind, id)
}
