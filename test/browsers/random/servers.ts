import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { Answer } from 'fastify-route-cors/testing'

import { answerTo, type RandomCase, type Site } from '../../fixtures/random-cases.ts'
import { addPolicyCases, type PolicyCase } from '../../fixtures/random-policies.ts'
import type { Handler, Sites } from './sites.ts'
import { idOf, parseHead, Wire, type Arrival } from './wire.ts'

export interface Servers {
  /** An application on each origin, with the routes of every policy case. */
  readonly apps: Readonly<Record<Site, FastifyInstance>>
  readonly wire: Wire
  readonly close: () => Promise<void>
}

/** Serves every case on every origin, and the page on its own. */
export async function startServers (
  { origins, handle }: Sites, answers: readonly RandomCase[], policies: readonly PolicyCase[], page: FastifyPluginAsync
): Promise<Servers> {
  const wire = new Wire()
  const byId = new Map(answers.map((each) => [each.id, each]))
  const pages = Fastify()
  pages.addHook('onSend', async (_request, reply) => { reply.header('set-cookie', 'page=1; Path=/') })
  await pages.register(page)
  await pages.ready()
  const apps = { P: await policyApp(policies), A: await policyApp(policies), L: await policyApp(policies) }
  for (const site of ['P', 'A', 'L'] as const) handle(site, handlerOf(site))
  return {
    apps,
    wire,
    close: async () => { await Promise.all([pages, ...Object.values(apps)].map((app) => app.close())) }
  }

  function handlerOf (site: Site): Handler {
    const app = apps[site]
    const answerFor = ({ method, url, headers }: Arrival): Answer | undefined => {
      const raw = byId.get(idOf(new URL(url).pathname))
      return raw && answerTo(raw, { method, url, headers }, origins)
    }
    return {
      request (request, response) {
        if (!/^(?:random|policy)-/.test(idOf(request.url as string))) {
          pages.routing(request, response)
          return
        }
        const arrival = wire.note(origins[site], request)
        const answer = answerFor(arrival)
        if (answer === undefined) app.routing(request, response)
        else receive(request, arrival, () => { send(answer, request, response) })
      },
      clientError (error, socket) {
        const head = parseHead(error.rawPacket ?? Buffer.alloc(0))
        const answer = answerFor(wire.note(origins[site], head))
        if (answer === undefined) app.server.emit('clientError', error, socket)
        else sendRaw(answer, socket)
      }
    }
  }
}

async function policyApp (cases: readonly PolicyCase[]): Promise<FastifyInstance> {
  const app = Fastify()
  // What Node.js would add by itself is no part of the answer.
  app.addHook('onRequest', async (_request, { raw }) => { leaveAsIs(raw) })
  await addPolicyCases(app, cases)
  await app.ready()
  return app
}

function receive (request: IncomingMessage, arrival: Arrival, done: () => void): void {
  request.setEncoding('utf8')
  request.on('data', (text: string) => { arrival.body += text })
  request.on('end', done)
}

function send ({ status, headers, body }: Answer, { method }: IncomingMessage, response: ServerResponse): void {
  leaveAsIs(response)
  response.writeHead(status, headers.flat())
  response.end(method === 'HEAD' ? undefined : body)
}

function leaveAsIs (response: ServerResponse): void {
  response.sendDate = false
  response.removeHeader('connection')
}

function sendRaw ({ status, headers, body }: Answer, socket: Duplex): void {
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  socket.end(`${head.join('\r\n')}\r\n\r\n${typeof body === 'string' ? body : ''}`)
}
