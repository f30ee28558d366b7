import { createRequire } from 'node:module'

import t from 'tap'

import { loadRouter } from '../../lib/routes/router.ts'

const require = createRequire(import.meta.url)

t.test('the router is the copy that Fastify has loaded', async (t) => {
  t.equal(await loadRouter(), createRequire(require.resolve('fastify'))('find-my-way'))
})

t.test('where no Fastify can be resolved, as in an application that is one file, it is the one beside the package', async (t) => {
  t.equal(await loadRouter('file:///nowhere/bundle.js'), require('find-my-way'))
})
