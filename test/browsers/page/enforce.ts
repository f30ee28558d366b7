import { exchangesOf } from '../../../examples/demo/page/requests.ts'
import { agentAt, agentOf, sandboxedAgent, type Agent } from './agents.ts'
import type { Case, Surroundings } from './case.ts'
import { navigations } from './navigations.ts'

/** Whether a policy lets requests of a page pass that name its origin. */
const PASSES: Readonly<Record<string, string>> = {
  //         page other subdomain address sandbox own own-hidden own-sandbox
  exact: '   +    -     -         -       -       +   +          -',
  list: '    +    -     -         -       -       +   +          -',
  pattern: ' -    -     +         -       -       +   +          -',
  RegExp: '  -    -     -         +       -       +   +          -',
  function: '-    +     -         -       -       +   +          -',
  any: '     +    +     +         +       +       +   +          +',
  true: '    +    +     +         +       -       +   +          -',
  false: '   -    -     -         -       -       +   +          -'
}

type Send = (agent: Agent, url: string) => Promise<unknown>

/** What names the page's origin, in every engine. */
const WITH_ORIGIN: Readonly<Record<string, Send>> = {
  'fetch GET': async (agent, url) => await agent.send('fetch', url),
  'fetch POST': async (agent, url) => await agent.send('fetch', url, { method: 'POST', body: 'text' }),
  'fetch PUT': async (agent, url) => await agent.send('fetch', url, { method: 'PUT' }),
  'no-cors POST': async (agent, url) => await agent.send('fetch', url, { method: 'POST', mode: 'no-cors', body: 'text' }),
  'form POST': async (agent, url) => await agent.send('form', url, { method: 'post' })
}

/** The same of a page that hides where it comes from: the standard has `Origin: null` then. */
async function sendHidden (agent: Agent, url: string): Promise<void> {
  await agent.send('fetch', url, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body: 'text' })
}

const HIDDEN = '- - - - - + + -'

/** What names an origin only where `Sec-Fetch-Storage-Access` is `inactive`: the server's site has the cookies that the browser holds back. */
const WITHOUT_ORIGIN: Readonly<Record<string, Send>> = {
  'no-cors GET': async (agent, url) => await agent.send('fetch', url, { mode: 'no-cors' }),
  image: async (agent, url) => await agent.send('image', url),
  frame: async (agent, url) => await agent.send('frame', url),
  link: async (agent, url) => await agent.send('link', url),
  'form GET': async (agent, url) => await agent.send('form', url, { method: 'get' })
}

/** What `enforce` makes of all that pages can send, by where they come from. */
export function enforceTable ({ api, page, other }: Surroundings): Case[] {
  const sites: Readonly<Record<string, () => Promise<Agent>>> = {
    page: async () => await agentOf(page),
    other: async () => await agentOf(other),
    subdomain: async () => await agentOf(page.replace('localhost', 'app.localhost')),
    address: async () => await agentOf(page.replace('localhost', '127.0.0.1')),
    sandbox: async () => await sandboxedAgent(),
    own: async () => await agentOf(api),
    'own-hidden': async () => await agentAt(api, '?no-referrer'),
    'own-sandbox': async () => await sandboxedAgent(api)
  }

  /** Each site with `+`, `-`, or what else came of it. */
  async function fromEverywhere (send: (agent: Agent, site: string) => Promise<string>): Promise<string> {
    const signs = await Promise.all(Object.entries(sites).map(async ([site, open]) => `${site} ${await send(await open(), site)}`))
    return signs.join(', ')
  }

  function outcomeOf (row: string): string {
    const signs = row.trim().split(/\s+/)
    return Object.keys(sites).map((site, index) => `${site} ${signs[index]}`).join(', ')
  }

  /** Whether a request passes, and the origin that it named. */
  async function attempt (kind: string, policy: string, site: string, send: (url: string) => Promise<unknown>): Promise<{ sign: string, origin: string | undefined }> {
    const id = `enforce-${kind}-${policy}-${site}`.replaceAll(' ', '-')
    await send(`${api}/cases/enforce/${policy}/?id=${id}`)
    const sent = await exchangesOf(id)
    const last = sent.at(-1)
    // What a preflight refuses, a browser does not send.
    const isRefused = last?.status === 403 || (last?.method === 'OPTIONS' && last.status === 204)
    return { sign: last?.status === 200 ? '+' : isRefused ? '-' : JSON.stringify(sent), origin: last?.requestHeaders['origin'] }
  }

  function tableCase (kind: string, policy: string, row: string, send: Send): Case {
    return {
      name: `enforce: ${kind}, policy ${policy}`,
      outcome: outcomeOf(row),
      run: async () => await fromEverywhere(async (agent, site) => (await attempt(kind, policy, site, async (url) => await send(agent, url))).sign)
    }
  }

  /** Passes unless it names an origin that may not. */
  function openCase (kind: string, policy: string, row: string, send: Send): Case {
    const signs = row.trim().split(/\s+/)
    const names = Object.keys(sites)
    return {
      name: `enforce: ${kind}, policy ${policy}`,
      outcome: names.map((site) => `${site} as told`).join(', '),
      run: async () => await fromEverywhere(async (agent, site) => {
        const { sign, origin } = await attempt(kind, policy, site, async (url) => await send(agent, url))
        return sign === (origin === undefined ? '+' : signs[names.indexOf(site)]) ? 'as told' : `${sign} from ${origin}`
      })
    }
  }

  return [
    ...Object.entries(PASSES).flatMap(([policy, row]) => Object.entries(WITH_ORIGIN).map(([kind, send]) => tableCase(kind, policy, row, send))),
    ...Object.entries(PASSES).map(([policy, row]): Case => ({
      ...tableCase('no-cors POST without referrer', policy, policy === 'any' ? row : HIDDEN, sendHidden),
      ...(policy !== 'any' && policy !== 'false' && {
        differs: { chromium: { outcome: outcomeOf(row), reason: 'Chromium names the origin that a referrer policy hides' } }
      })
    })),
    ...['list', 'exact', 'any', 'false'].flatMap((policy) => Object.entries(WITHOUT_ORIGIN).map(([kind, send]) => openCase(kind, policy, PASSES[policy] as string, send))),
    ...Object.entries(PASSES).map(([policy, row]): Case => ({
      name: `enforce: WebSocket, policy ${policy}`,
      outcome: outcomeOf(row),
      run: async () => await fromEverywhere(async (agent) => {
        const said = await agent.send('socket', `${api}/cases/enforce/${policy}/socket`)
        return said === 'open' ? '+' : said === 'refused' ? '-' : said
      })
    })),
    ...navigations({ api, page, other }).map(({ name, id, outcome }): Case => ({
      name: `enforce: a window is navigated by ${name}`,
      outcome,
      run: async () => (await exchangesOf(id)).map(({ method, status }) => `${method} ${status}`).join(', ')
    }))
  ]
}
