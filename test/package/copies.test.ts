import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import Fastify from 'fastify'
import t, { type Test } from 'tap'

import cors, { CorsConfigError, corsOf } from '../../lib/index.ts'
import { checkVersion, VERSION } from '../../lib/copies.ts'
import { ROOT } from '../fixtures/packed.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'

const handler = async (): Promise<string> => 'ok'

/** The package once more, as a dependency of a dependency brings it along. */
async function loadCopy (t: Test, version = VERSION): Promise<typeof import('../../lib/index.ts')> {
  const folder = t.testdir()
  for (const part of ['lib', 'types']) cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  const file = join(folder, 'lib/copies.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace(`'${VERSION}'`, `'${version}'`))
  return await import(pathToFileURL(join(folder, 'lib/index.ts')).href) as typeof import('../../lib/index.ts')
}

t.test('the version that copies know each other by is that of the package', async (t) => {
  t.equal(VERSION, (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version)
})

t.test('two copies in one process work as one', async (t) => {
  const copy = await loadCopy(t)
  t.not(copy.default, cors)
  const app = Fastify()
  app.put('/above', { config: { cors: { maxAge: 5 } } }, handler)
  await app.register(cors, { origin: APP, allowedHeaders: false })
  app.register(async (child) => {
    await child.register(copy.default, { maxAge: 7 })
    child.put('/u', handler)
  }, { prefix: '/child' })
  for (const [url, maxAge] of [['/above', '5'], ['/child/u', '7']] as const) {
    t.strictSame(await seenPreflight(app, 'PUT', url), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'PUT',
        'access-control-max-age': maxAge,
        vary: 'Access-Control-Request-Method'
      }
    })
    t.strictSame(await seen(app, 'PUT', url, { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
  }
  t.equal(copy.corsOf(app), corsOf(app))
})

t.test('a copy that registers alone sees what was declared before', async (t) => {
  const copy = await loadCopy(t, VERSION.replace(/\.\d+$/, '.999'))
  const app = Fastify()
  app.put('/u', handler)
  app.register(copy.default, { origin: APP, allowedHeaders: false })
  t.equal((await seenPreflight(app, 'PUT', '/u')).headers['access-control-allow-origin'], APP)
})

t.test('both in one context are one too many', async (t) => {
  const copy = await loadCopy(t)
  for (const [first, second] of [[cors, copy.default], [copy.default, cors]] as const) {
    const app = Fastify()
    await app.register(first)
    await t.rejects(Promise.resolve(app.register(second)), { code: 'FST_ERR_CORS_ALREADY_REGISTERED' })
  }
})

t.test('the errors of one are those of the other', async (t) => {
  const copy = await loadCopy(t)
  const error = await Promise.resolve(Fastify().register(copy.default, { maxAge: -1 })).then(() => undefined, (error: unknown) => error)
  t.ok(error instanceof CorsConfigError)
  t.ok(error instanceof copy.CorsConfigError)
})

t.test('a copy of another major version is refused', async (t) => {
  t.throws(() => { checkVersion({ version: '99.0.0', register: async () => {}, corsOf: () => {} }) }, { code: 'FST_ERR_CORS_VERSIONS' })
  const copy = await loadCopy(t, '99.1.0')
  await t.rejects(Promise.resolve(Fastify().register(copy.default)), {
    code: 'FST_ERR_CORS_VERSIONS',
    message: `fastify-route-cors 99.1.0 cannot be registered beside ${VERSION}, which was loaded before; ` +
      'let all that depends on it depend on one major version'
  })
})
