import { readdir } from 'node:fs/promises'

import t from 'tap'
import type { FastifyInstance } from 'fastify'

import { build as credentials } from '../../examples/credentials.ts'
import { build as liveFile } from '../../examples/live-file.ts'
import { build as liveTenants } from '../../examples/live-tenants.ts'
import { build as oneOrigin } from '../../examples/one-origin.ts'
import { build as optIn } from '../../examples/opt-in.ts'
import { build as originFunction } from '../../examples/origin-function.ts'
import { build as originList } from '../../examples/origin-list.ts'
import { build as policiesFromFile } from '../../examples/policies-from-file.ts'
import { build as policyByRequest } from '../../examples/policy-by-request.ts'
import { build as preflightAll } from '../../examples/preflight-all.ts'
import { build as preflightOneResource } from '../../examples/preflight-one-resource.ts'
import { build as withAndWithoutCors } from '../../examples/with-and-without-cors.ts'
import { APP, EVIL, seen } from '../fixtures/requests.ts'

const ADMIN = 'https://admin.example.com'
const PARTNER = 'https://shop.partner.example'
const ACME = 'https://acme.example'
const HOOLI = 'https://www.hooli.example'

/** Who asks; with `asks`, the method that the browser wants to use, the request is a preflight. */
interface Asked {
  readonly origin?: string
  readonly host?: string
  readonly asks?: string
  readonly asksHeaders?: string
}
type Exchange = readonly [name: string, request: string, asked: Asked, status: number, headers: Readonly<Record<string, string>>]

/** Each example, requests to it, and all that its answers say about CORS. */
const examples: Readonly<Record<string, readonly [build: () => Promise<FastifyInstance>, exchanges: readonly Exchange[]]>> = {
  'one-origin': [oneOrigin, [
    ['the origin can read', 'GET /products/1', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['another origin gets the same answer, which does not name it',
      'GET /products/1', { origin: EVIL }, 200, { 'access-control-allow-origin': APP }],
    ['a request without an origin gets the same answer', 'GET /products/1', {}, 200, { 'access-control-allow-origin': APP }]
  ]],
  'origin-list': [originList, [
    ['an origin of the list can read',
      'GET /products/1', { origin: APP }, 200, { 'access-control-allow-origin': APP, vary: 'Origin' }],
    ['so can the other', 'GET /products/1', { origin: ADMIN }, 200, { 'access-control-allow-origin': ADMIN, vary: 'Origin' }],
    ['so can a subdomain of the pattern', 'GET /products/1', { origin: 'https://eu.shop.partner.example' }, 200, {
      'access-control-allow-origin': 'https://eu.shop.partner.example',
      vary: 'Origin'
    }],
    ['the apex of the pattern cannot', 'GET /products/1', { origin: 'https://partner.example' }, 200, { vary: 'Origin' }],
    ['another origin cannot', 'GET /products/1', { origin: EVIL }, 200, { vary: 'Origin' }],
    ['a request without an origin learns what the answer depends on', 'GET /products/1', {}, 200, { vary: 'Origin' }]
  ]],
  'origin-function': [originFunction, [
    ['an allowed origin can read', 'GET /products/1', { origin: APP }, 200, { 'access-control-allow-origin': APP, vary: 'Origin' }],
    ['the error for another origin goes to the error handler', 'GET /products/1', { origin: EVIL }, 500, { vary: 'Origin' }],
    ['a request without an origin is not asked about', 'GET /products/1', {}, 200, { vary: 'Origin' }]
  ]],
  credentials: [credentials, [
    ['the answer may be read with credentials', 'GET /me', { origin: APP }, 200, {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id'
    }],
    ['another origin gets the same answer, which does not name it', 'GET /me', { origin: EVIL }, 200, {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id'
    }],
    ['a preflight is granted with credentials', 'OPTIONS /me', { origin: APP, asks: 'GET', asksHeaders: 'x-api-version' }, 204, {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-api-version',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }]
  ]],
  'with-and-without-cors': [withAndWithoutCors, [
    ['the route with CORS can be read', 'GET /with-cors', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['the answer is the same for another origin, which is not the one it names',
      'GET /with-cors', { origin: EVIL }, 200, { 'access-control-allow-origin': APP }],
    ['the route without CORS has no CORS header', 'GET /without-cors', { origin: APP }, 200, {}],
    ['a preflight for it finds no OPTIONS route', 'OPTIONS /without-cors', { origin: APP, asks: 'GET' }, 404, {}]
  ]],
  'opt-in': [optIn, [
    ['a route that says nothing has no CORS', 'GET /internal', { origin: APP }, 200, {}],
    ['a route that opts in has the policy of the plugin',
      'GET /shared', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['a route may opt in with options of its own', 'GET /public', { origin: EVIL }, 200, { 'access-control-allow-origin': '*' }],
    ['an unknown URL has no CORS', 'GET /nothing', { origin: APP }, 404, {}]
  ]],
  'preflight-one-resource': [preflightOneResource, [
    ['the preflight for DELETE is granted', 'OPTIONS /products/1', { origin: APP, asks: 'DELETE' }, 204, {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'DELETE',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }],
    ['DELETE can be read', 'DELETE /products/1', { origin: APP }, 204, { 'access-control-allow-origin': APP }],
    ['the preflight for GET on the same URL is not granted',
      'OPTIONS /products/1', { origin: APP, asks: 'GET' }, 204, { vary: 'Access-Control-Request-Method' }],
    ['GET on the same URL has no CORS header', 'GET /products/1', { origin: APP }, 200, {}]
  ]],
  'preflight-all': [preflightAll, [
    ['a preflight for POST is granted', 'OPTIONS /products', { origin: APP, asks: 'POST', asksHeaders: 'content-type' }, 204, {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Content-Type, Authorization',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method'
    }],
    ['a preflight for PUT is granted for the methods of that URL', 'OPTIONS /products/1', { origin: APP, asks: 'PUT' }, 204, {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT, DELETE',
      'access-control-allow-headers': 'Content-Type, Authorization',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method'
    }],
    ['a method that the URL does not serve is not among them', 'OPTIONS /products', { origin: APP, asks: 'DELETE' }, 204, {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, POST',
      vary: 'Access-Control-Request-Method'
    }],
    ['PUT itself can be read', 'PUT /products/1', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['DELETE itself can be read', 'DELETE /products/1', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['POST itself can be read', 'POST /products', { origin: APP }, 200, { 'access-control-allow-origin': APP }],
    ['GET itself can be read', 'GET /products', { origin: APP }, 200, { 'access-control-allow-origin': APP }]
  ]],
  'policies-from-file': [policiesFromFile, [
    ['a page of any origin reads the public route', 'GET /products', { origin: EVIL }, 200, { 'access-control-allow-origin': '*' }],
    ['a partner may PUT with credentials', 'OPTIONS /orders/1', { origin: PARTNER, asks: 'PUT', asksHeaders: 'x-api-version' }, 204, {
      'access-control-allow-origin': PARTNER,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'Content-Type, X-Api-Version',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Method'
    }],
    ['the answer to the PUT can be read', 'PUT /orders/1', { origin: PARTNER }, 200, {
      'access-control-allow-origin': PARTNER,
      'access-control-allow-credentials': 'true',
      vary: 'Origin'
    }],
    ['another origin may not',
      'OPTIONS /orders/1', { origin: EVIL, asks: 'PUT' }, 204, { vary: 'Origin, Access-Control-Request-Method' }]
  ]],
  'policy-by-request': [policyByRequest, [
    ["a tenant's page can read from the tenant's host", 'GET /products/1', { host: 'acme.api.example.com', origin: ACME }, 200, {
      'access-control-allow-origin': ACME,
      'access-control-allow-credentials': 'true'
    }],
    ["and not from another tenant's", 'GET /products/1', { host: 'hooli.api.example.com', origin: ACME }, 200, { vary: 'Origin' }],
    ['a preflight has the policy of its host', 'OPTIONS /products/1', { host: 'hooli.api.example.com', origin: HOOLI, asks: 'GET', asksHeaders: 'x-a' }, 204, {
      'access-control-allow-origin': HOOLI,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-a',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }],
    ['another host allows nobody', 'GET /products/1', { host: 'api.example.com', origin: EVIL }, 200, { vary: 'Origin' }]
  ]],
  'live-file': [liveFile, [
    ['an origin of the file can read', 'GET /products/1', { origin: APP }, 200, {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      vary: 'Origin'
    }],
    ['so can a subdomain of the pattern, after its preflight', 'OPTIONS /products/1', { origin: PARTNER, asks: 'GET', asksHeaders: 'x-a' }, 204, {
      'access-control-allow-origin': PARTNER,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-a',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }],
    ['another origin cannot', 'GET /products/1', { origin: EVIL }, 200, { vary: 'Origin' }]
  ]],
  'live-tenants': [liveTenants, [
    ["a tenant's page can read from the tenant's host", 'GET /products/1', { host: 'acme.api.example.com', origin: ACME }, 200, {
      'access-control-allow-origin': ACME,
      'access-control-allow-credentials': 'true',
      vary: 'Origin'
    }],
    ["and not from another tenant's", 'GET /products/1', { host: 'hooli.api.example.com', origin: ACME }, 200, { vary: 'Origin' }],
    ['a preflight goes by its host, too', 'OPTIONS /products/1', { host: 'hooli.api.example.com', origin: HOOLI, asks: 'GET', asksHeaders: 'x-a' }, 204, {
      'access-control-allow-origin': HOOLI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-a',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }],
    ["which does not grant what is another tenant's", 'OPTIONS /products/1', { host: 'acme.api.example.com', origin: HOOLI, asks: 'GET' }, 204, {
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }],
    ['another host allows nobody', 'GET /products/1', { host: 'api.example.com', origin: ACME }, 200, { vary: 'Origin' }]
  ]]
}

/** Run by `npm run test:live`. */
const withServers = ['live-postgres', 'live-redis']

t.test('every example is here', async (t) => {
  const files = await readdir(new URL('../../examples', import.meta.url))
  t.strictSame(files.filter((file) => file.endsWith('.ts')).sort(), [...Object.keys(examples), ...withServers].map((name) => `${name}.ts`).sort())
})

for (const [example, [build, exchanges]] of Object.entries(examples)) {
  t.test(example, async (t) => {
    const app = await build()
    t.teardown(async () => { await app.close() })
    for (const [name, request, { asks, asksHeaders, ...from }, status, headers] of exchanges) {
      const [method, url] = request.split(' ') as [string, string]
      const asked = {
        ...from,
        headers: {
          ...(asks !== undefined && { 'access-control-request-method': asks }),
          ...(asksHeaders !== undefined && { 'access-control-request-headers': asksHeaders })
        }
      }
      t.strictSame(await seen(app, method, url, asked), { status, headers }, name)
    }
  })
}
