/** What loads something without being `fetch()` or XMLHttpRequest. */
export type ElementKind =
  | 'image' | 'background-image' | 'mask-image' | 'script' | 'module-script' | 'json-module' | 'stylesheet'
  | 'font' | 'font-preload' | 'audio' | 'video' | 'track' | 'manifest' | 'worker' | 'worker-import'
  | 'eventsource' | 'beacon'
export type Api = 'fetch' | 'xhr' | ElementKind

/** How a feature of a page fetches. None of them but the beacon is ever preflighted. */
interface FetchingElement {
  readonly destination: string
  /** Null: the crossorigin attribute decides, and without it no-cors. */
  readonly mode: 'cors' | 'same-origin' | null
  /** The feature has a crossorigin attribute. */
  readonly crossorigin: boolean
  /** Markup or CSS, not a script's API. */
  readonly markup: boolean
  /** Any other status fires `error`. */
  readonly needsOkStatus: boolean
  readonly accept?: string
}

const attribute = { mode: null, crossorigin: true, markup: true, needsOkStatus: false } as const
const always = { mode: 'cors', crossorigin: false, markup: true, needsOkStatus: false } as const
const imageTypes = 'image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5'

/**
 * Element kinds: mode, credentials and destination.
 * @see https://html.spec.whatwg.org/#create-a-potential-cors-request
 */
export const elements: Readonly<Record<ElementKind, FetchingElement>> = {
  image: { ...attribute, destination: 'image', accept: imageTypes },
  'background-image': { ...attribute, crossorigin: false, destination: 'image', accept: imageTypes },
  'mask-image': { ...always, destination: 'image', accept: imageTypes },
  script: { ...attribute, destination: 'script', needsOkStatus: true },
  'module-script': { ...always, crossorigin: true, destination: 'script', needsOkStatus: true },
  'json-module': { ...always, destination: 'json', needsOkStatus: true, accept: 'application/json,*/*;q=0.5' },
  stylesheet: { ...attribute, destination: 'style', needsOkStatus: true, accept: 'text/css,*/*;q=0.1' },
  font: { ...always, destination: 'font', needsOkStatus: true },
  'font-preload': { ...attribute, destination: 'font', needsOkStatus: true },
  audio: { ...attribute, destination: 'audio', needsOkStatus: true },
  video: { ...attribute, destination: 'video', needsOkStatus: true },
  track: { ...attribute, mode: 'same-origin', destination: 'track', needsOkStatus: true },
  manifest: { ...always, crossorigin: true, destination: 'manifest', needsOkStatus: true },
  worker: { ...always, mode: 'same-origin', markup: false, destination: 'worker', needsOkStatus: true },
  'worker-import': { ...always, markup: false, destination: 'worker', needsOkStatus: true },
  eventsource: { ...always, markup: false, destination: '', needsOkStatus: true, accept: 'text/event-stream' },
  beacon: { ...always, markup: false, destination: '' }
}

export function isElementKind (api: string): api is ElementKind {
  return Object.hasOwn(elements, api)
}
