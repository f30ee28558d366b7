import 'reflect-metadata'

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Controller, Delete, Get, Module, UnauthorizedException, type ExecutionContext, type MiddlewareConsumer } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'

import cors, { type RouteCors } from '../../lib/index.ts'
import { recipeOf } from '../fixtures/documents.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

class OrdersController {
  list (): string { return 'orders' }
  feed (): string { return 'feed' }
  remove (): string { return 'removed' }
}

class AppModule {}

/** With a middleware that wants a token of every request, as a session or a JWT one. */
class GuardedModule {
  configure (consumer: MiddlewareConsumer): void {
    consumer.apply(({ headers }: { headers: Record<string, unknown> }, _response: unknown, next: () => void) => {
      if (headers['authorization'] === undefined) throw new UnauthorizedException()
      next()
    }).forRoutes('*path')
  }
}

/** A guard for all routes, which wants another header. */
const guard = {
  canActivate (context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest().headers['x-role'] === 'admin') return true
    throw new UnauthorizedException()
  }
}

/** The decorators as functions: `@Get('feed') @RouteConfig({ cors: 'public' }) feed () {}`. */
function decorate (name: keyof OrdersController, ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(OrdersController.prototype, name) as PropertyDescriptor
  for (const decorator of decorators) decorator(OrdersController.prototype, name, descriptor)
}

function withCors (cors: RouteCors): MethodDecorator {
  return RouteConfig({ cors }) as MethodDecorator
}

decorate('list', Get())
decorate('feed', withCors('public'), Get('feed'))
decorate('remove', withCors({ origin: 'https://admin.example.com', maxAge: 60 }), Delete(':id'))
Controller('orders')(OrdersController)
for (const module of [AppModule, GuardedModule]) Module({ controllers: [OrdersController] })(module)

interface Started {
  readonly app: FastifyInstance
  readonly warnings: readonly string[]
}

type Options = Exclude<Parameters<typeof cors>[1], undefined>

/** An application with the plugin in front of all that is Nest's, or behind, as `nest.register()` after `create()` puts it. */
async function start (t: Test, module: object, options: Options, isInFront = true): Promise<Started> {
  const warnings: string[] = []
  const stream = { write: (line: string) => { warnings.push(JSON.parse(line).msg) } }
  const adapter = new FastifyAdapter({ logger: { level: 'warn', stream } })
  // Nest has a Fastify of its own, whose types are others.
  if (isInFront) await adapter.register(cors as never, options as never)
  const nest = closing(t, await NestFactory.create<NestFastifyApplication>(module as typeof AppModule, adapter, { logger: false }))
  if (!isInFront) await nest.register(cors as never, options as never)
  if (module === GuardedModule) nest.useGlobalGuards(guard)
  await nest.init()
  const app = adapter.getInstance() as unknown as FastifyInstance
  await app.ready()
  return { app, warnings }
}

t.test('routes of a Nest controller have the policies of their decorators', async (t) => {
  const { app, warnings } = await start(t, AppModule, { origin: [APP, 'https://b.example'], credentials: true, policies: { public: { origin: '*', credentials: false } } })
  t.strictSame(warnings, [])

  t.strictSame(await seen(app, 'GET', '/orders', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
  })
  t.strictSame(await seen(app, 'GET', '/orders', { origin: EVIL }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await seen(app, 'GET', '/orders/feed', { origin: EVIL }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.strictSame(await seenPreflight(app, 'DELETE', '/orders/1', { origin: 'https://admin.example.com' }), {
    status: 204,
    headers: {
      'access-control-allow-origin': 'https://admin.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE',
      'access-control-max-age': '60',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
  t.strictSame(await seen(app, 'GET', '/nowhere', { origin: APP }), {
    status: 404,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
  })
})

const OPTIONS = Object.freeze({ origin: [APP, 'https://b.example'], exposedHeaders: 'WWW-Authenticate', policies: { public: { origin: '*' } } } as const)
const READABLE = { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'WWW-Authenticate', vary: 'Origin' }
const PREFLIGHT = {
  status: 204,
  headers: {
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': 'authorization',
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  }
}
const ASKED = Object.freeze({ origin: APP, headers: Object.freeze({ 'access-control-request-headers': 'authorization' }) })

t.test('in front of a middleware and a global guard, preflights pass and a page can read what they refuse', async (t) => {
  const { app, warnings } = await start(t, GuardedModule, OPTIONS)
  t.strictSame(await seenPreflight(app, 'GET', '/orders', ASKED), PREFLIGHT)
  t.strictSame(await seenPreflight(app, 'GET', '/orders', { ...ASKED, origin: EVIL }), {
    status: 204, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
  })
  t.strictSame(await seen(app, 'GET', '/orders', { origin: APP }), { status: 401, headers: READABLE })
  const authorization = { authorization: 'Bearer x' }
  t.strictSame(await seen(app, 'GET', '/orders', { origin: APP, headers: authorization }), { status: 401, headers: READABLE })
  t.strictSame(await seen(app, 'GET', '/orders', { origin: APP, headers: { ...authorization, 'x-role': 'admin' } }), { status: 200, headers: READABLE })
  t.strictSame(await seen(app, 'GET', '/orders', { origin: EVIL, headers: { ...authorization, 'x-role': 'admin' } }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(warnings, [])
})

t.test('behind a middleware, preflights are refused by it, and a warning says so', async (t) => {
  const { app, warnings } = await start(t, GuardedModule, OPTIONS, false)
  t.strictSame(await seenPreflight(app, 'GET', '/orders', ASKED), { status: 401, headers: {} })
  t.strictSame(await seen(app, 'GET', '/orders', { origin: APP }), { status: 401, headers: {} })
  t.match(warnings, [/onRequest hooks run before those of fastify-route-cors/])
})

t.test('behind Nest without a middleware preflights pass, and what could refuse them is warned of', async (t) => {
  const { app, warnings } = await start(t, AppModule, OPTIONS, false)
  t.strictSame(await seenPreflight(app, 'GET', '/orders', ASKED), PREFLIGHT)
  t.match(warnings, [/before them: runMiddie$/])
})

t.test('the recipe of the documentation is this', async (t) => {
  const file = join(t.testdir(), 'recipe.ts')
  await writeFile(file, [
    "import 'reflect-metadata'",
    "import { Module } from '@nestjs/common'",
    recipeOf('NestFactory').replace('const adapter', 'class AppModule {}\nModule({})(AppModule)\n\nconst adapter').replace('app.listen(3000)', 'app.init()'),
    'export { app }'
  ].join('\n'))
  const { app } = await import(pathToFileURL(file).href) as { app: NestFastifyApplication }
  closing(t, app)
  const instance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance
  await instance.ready()
  t.strictSame(await seen(instance, 'GET', '/', { origin: APP }), {
    status: 404, headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }
  })
})
