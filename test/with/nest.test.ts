import 'reflect-metadata'

import { Controller, Delete, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type RouteCors } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

class OrdersController {
  list (): string { return 'orders' }
  feed (): string { return 'feed' }
  remove (): string { return 'removed' }
}

class AppModule {}

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
Module({ controllers: [OrdersController] })(AppModule)

t.test('routes of a Nest controller have the policies of their decorators', async (t) => {
  const nest = closing(t, await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false }))
  await nest.register(cors as never, { origin: [APP, 'https://b.example'], credentials: true, policies: { public: { origin: '*', credentials: false } } } as never)
  await nest.init()
  const app = nest.getHttpAdapter().getInstance() as unknown as FastifyInstance
  await app.ready()

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
