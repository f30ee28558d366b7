import { allowed, blocked, eventOf, judge, pause, within, type Outcome } from './outcome.ts'
import type { Exchange } from '../setup.ts'

/** A fetch whose answer the page can read, whatever its status. */
export async function tryFetch (url: string, init: RequestInit = {}): Promise<Outcome> {
  return await judge(fetch(url, init).then((response) => allowed(`status ${response.status}`)))
}

/** A fetch of which the page wants to read one header that is not safelisted. */
export async function tryExposedHeader (url: string, name: string, init: RequestInit = {}): Promise<Outcome> {
  return await judge(fetch(url, init).then(({ headers }) => {
    const value = headers.get(name)
    return value === null ? blocked(`the response can be read, but not its ${name}`) : allowed(`${name}: ${value}`)
  }))
}

export interface XhrInit {
  readonly method?: string
  readonly withCredentials?: boolean
  /** A listener on `xhr.upload` makes every request need a preflight. */
  readonly uploadListener?: boolean
  readonly body?: string
}

export async function tryXhr (url: string, { method = 'GET', withCredentials = false, uploadListener = false, body }: XhrInit = {}): Promise<Outcome> {
  const xhr = new XMLHttpRequest()
  xhr.open(method, url)
  xhr.withCredentials = withCredentials
  if (uploadListener) xhr.upload.addEventListener('progress', () => {})
  const loaded = eventOf(xhr, 'load')
  xhr.send(body ?? null)
  return await judge(loaded.then(() => allowed(`status ${xhr.status}`)))
}

export async function tryModuleScript (url: string, crossOrigin?: string): Promise<Outcome> {
  const script = document.createElement('script')
  script.type = 'module'
  if (crossOrigin !== undefined) script.crossOrigin = crossOrigin
  script.src = url
  const loaded = eventOf(script, 'load')
  document.head.append(script)
  return await judge(loaded.then(() => allowed('load event'))).finally(() => { script.remove() })
}

export async function tryImport (url: string): Promise<Outcome> {
  return await judge(import(url).then(() => allowed('module imported')))
}

let families = 0

/** A rule in the sheet of this page: an inline style would need a weaker policy for content. */
export async function tryFontFace (url: string): Promise<Outcome> {
  const family = `tried-${++families}`
  const sheet = [...document.styleSheets].find(({ href }) => href !== null)
  if (sheet === undefined) throw new Error('The page has no style sheet')
  sheet.insertRule(`@font-face { font-family: '${family}'; src: url('${url}') }`, sheet.cssRules.length)
  return await judge(document.fonts.load(`16px '${family}'`, 'A').then((faces) => {
    const status = faces[0]?.status ?? 'no face'
    return status === 'loaded' ? allowed('font loaded') : blocked(`font ${status}`)
  }))
}

async function loadImage (url: string, crossOrigin: string): Promise<HTMLImageElement> {
  const image = new Image()
  image.crossOrigin = crossOrigin
  const loaded = eventOf(image, 'load')
  image.src = url
  await loaded
  return image
}

/** An image whose pixels the page reads back. */
export async function tryImagePixels (url: string, crossOrigin = 'anonymous'): Promise<Outcome> {
  return await judge(loadImage(url, crossOrigin).then((image) => {
    const context = document.createElement('canvas').getContext('2d')
    if (context === null) throw new Error('no canvas')
    context.drawImage(image, 0, 0)
    const [red, green, blue] = context.getImageData(2, 2, 1, 1).data
    return allowed(`pixel rgb(${red}, ${green}, ${blue})`)
  }))
}

let webgl: WebGLRenderingContext | null | undefined

/** An image that the page hands to the graphics card. */
export async function tryTexture (url: string): Promise<Outcome> {
  // Browsers keep few contexts alive: one serves all.
  webgl ??= document.createElement('canvas').getContext('webgl')
  const gl = webgl
  if (gl === null) return blocked('this browser has no WebGL')
  return await judge(loadImage(url, 'anonymous').then((image) => {
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image)
    return allowed('texture uploaded')
  }))
}

export async function tryEventSource (url: string, withCredentials = false): Promise<Outcome> {
  const source = new EventSource(url, { withCredentials })
  return await judge(eventOf(source, 'message').then((event) => allowed(`message: ${(event as MessageEvent).data}`)))
    .finally(() => { source.close() })
}

const BEACON_CHECKS = 20
const BEACON_PAUSE_MS = 60

/** `sendBeacon` says nothing of what became of it: the log of the API does. */
export async function tryBeacon (url: string, id: string): Promise<Outcome> {
  navigator.sendBeacon(url, new Blob(['{}'], { type: 'application/json' }))
  let answeredFor = 0
  for (let check = 0; check < BEACON_CHECKS && answeredFor < 4; check++) {
    await pause(BEACON_PAUSE_MS)
    const exchanges = await exchangesOf(id)
    if (exchanges.some(({ method }) => method === 'POST')) return allowed('the POST reached the API')
    if (exchanges.some(({ status }) => status !== undefined)) answeredFor++
  }
  return blocked('the POST never reached the API')
}

/** What went over the wire with that id. */
export async function exchangesOf (id: string): Promise<readonly Exchange[]> {
  return await (await fetch(`/wire/${id}`)).json() as Exchange[]
}

/** A GET from a sandboxed iframe, whose origin is `null`. */
export async function trySandboxedFrame (url: string): Promise<Outcome> {
  const frame = document.createElement('iframe')
  frame.sandbox.add('allow-scripts')
  frame.hidden = true
  frame.src = `/sandbox.html#${url}`
  const said = new Promise<Outcome>((resolve) => {
    window.addEventListener('message', function listen ({ source, data }) {
      if (source !== frame.contentWindow) return
      window.removeEventListener('message', listen)
      resolve(data as Outcome)
    })
  })
  document.body.append(frame)
  return await judge(within(said)).finally(() => { frame.remove() })
}
