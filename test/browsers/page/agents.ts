import { eventOf, within } from '../../../examples/demo/page/outcome.ts'

export interface Agent {
  /** The status that a page of that origin can read, `opaque`, or `blocked`. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<string>
  /** The same of a request of any kind that agent.js has. */
  readonly send: (kind: 'fetch' | 'form' | 'frame' | 'link' | 'image' | 'socket', url: string, init?: RequestInit) => Promise<string>
}

const AGENT = '/cases/test/browsers/page/agent.html'
const agents = new Map<string, Promise<Agent>>()

/** A page of another origin, in an iframe that lives as long as this page. */
export async function agentOf (origin: string): Promise<Agent> {
  return await agentAt(origin)
}

/** The same with a query for the server, which may send it with other headers. */
export async function agentAt (origin: string, query = ''): Promise<Agent> {
  const src = origin + AGENT + query
  return await once(src, (frame) => { frame.src = src })
}

/** A page whose origin is `null`, wherever it comes from. */
export async function sandboxedAgent (origin = ''): Promise<Agent> {
  return await once(`null ${origin}`, (frame) => {
    frame.sandbox.add('allow-scripts', 'allow-forms')
    frame.src = origin + AGENT
  })
}

async function once (name: string, point: (frame: HTMLIFrameElement) => void): Promise<Agent> {
  const known = agents.get(name) ?? openAgent(point)
  agents.set(name, known)
  return await known
}

/** A page whose document is written into this one, and has its origin. */
export async function srcdocAgent (): Promise<Agent> {
  return await openAgent((frame) => { frame.srcdoc = `<base href="${location.origin}${AGENT}"><script src="agent.js"></script>` })
}

/** A page without a server: its origin is `null`. */
export async function dataAgent (): Promise<Agent> {
  return await openAgent((frame) => {
    frame.src = `data:text/html,<script src="${location.origin}${AGENT.replace('.html', '.js')}"></script>`
  })
}

/** A worker made of a blob, which has the origin of this page. */
export async function fetchInWorker (url: string): Promise<string> {
  const code = `fetch(${JSON.stringify(url)}).then(({ status }) => postMessage(String(status)), () => postMessage('blocked'))`
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))
  const event = await eventOf(worker, 'message') as MessageEvent<string>
  worker.terminate()
  return event.data
}

async function openAgent (point: (frame: HTMLIFrameElement) => void): Promise<Agent> {
  const frame = document.createElement('iframe')
  frame.hidden = true
  point(frame)
  const ready = messageFrom(frame, (data) => 'ready' in data)
  document.body.append(frame)
  await ready
  let requests = 0
  const send: Agent['send'] = async (kind, url, init) => {
    const number = ++requests
    const answer = messageFrom(frame, (data) => data['number'] === number)
    frame.contentWindow?.postMessage({ number, kind, url, init }, '*')
    return String((await answer)['text'])
  }
  return { send, fetch: async (url, init) => await send('fetch', url, init) }
}

async function messageFrom (frame: HTMLIFrameElement, isWanted: (data: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
  return await within(new Promise((resolve) => {
    window.addEventListener('message', function listen ({ source, data }) {
      if (source !== frame.contentWindow || !isWanted(data)) return
      window.removeEventListener('message', listen)
      resolve(data)
    })
  }))
}
