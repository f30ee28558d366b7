import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

import { columnsFor } from '../../examples/demo/columns.ts'
import { asCurl, asTest, policyCode, routesFor } from '../../examples/demo/page/copy.ts'
import { KINDS, methodOf, type Kind } from '../../examples/demo/page/kinds.ts'
import { startDemo } from '../../examples/demo/servers.ts'
import type { Column, Exchange, Route } from '../../examples/demo/setup.ts'
import { verdictsOf } from '../browsers/page/matrix.ts'

const execute = promisify(execFile)

const demo = await startDemo({ port: 0 })
const { page, api } = demo.origins
t.teardown(async () => { await demo.close() })

const columns = columnsFor(demo.origins)

function served (kind: Kind, column: Column): readonly Route[] {
  return routesFor(column, methodOf(kind.request), [kind.path, kind.leadsTo ?? kind.path].map((path) => `/${column.id}/${path}`))
}

t.test('each test that is copied passes where the browsers judged so, and fails where not', async (t) => {
  const texts = KINDS.flatMap((kind) => columns.map((column, index) => {
    const asked = { ...kind, title: `${kind.label} → ${column.label}`, from: kind.from ?? page, url: `${api}/${column.id}/${kind.path}` }
    const verdict = verdictsOf(kind.id)[index] as 'allowed' | 'blocked'
    const text = (judged: typeof verdict): string => asTest(asked, judged, column, served(kind, column), 'chromium')
    return [text(verdict), text(verdict === 'allowed' ? 'blocked' : 'allowed')] as const
  }))
  const count = KINDS.length * columns.length
  for (const [index, counted] of [`pass ${count}`, `fail ${count}`].entries()) {
    const files = Object.fromEntries(texts.map((pair, number) => [`${number}.js`, pair[index] as string]))
    const all = texts.map((_, number) => `import './${number}.js'\n`).join('')
    const folder = t.testdir({ [String(index)]: { ...files, 'all.js': all, 'package.json': '{ "type": "module" }' } })
    const printed = await execute(process.execPath, [...process.execArgv, '--test-reporter=tap', join(folder, String(index), 'all.js')])
      .catch(({ stdout }: { stdout: string }) => ({ stdout }))
    t.match(printed.stdout, `# ${counted}\n`, counted)
  }
})

t.test('a copied policy is what the server serves', async (t) => {
  const [split] = columns.filter(({ id }) => id === 'split')
  t.equal(policyCode(split, split?.routes.filter(({ methods }) => methods.includes('PUT')) ?? []), `await app.register(cors, { global: false })

app.route({
  method: ['POST', 'PUT', 'PATCH', 'DELETE'],
  url: '/split/data',
  config: {
    cors: {
      origin: '${demo.origins.other}'
    }
  },
  handler
})`)
  t.equal(policyCode(undefined, []), '// no route of the API')
  t.equal(policyCode(split, []), 'await app.register(cors, { global: false })\n\n// no route for this method')
})

t.test('a copied curl command asks what went over the wire', async (t) => {
  const id = 'curl'
  const headers = { origin: page, 'x-empty': '', 'x-quoted': "it's" }
  await fetch(`${api}/any/data?id=${id}`, { method: 'OPTIONS', headers: { origin: page, 'access-control-request-method': 'PUT' } })
  await fetch(`${api}/any/data?a=1&id=${id}`, { method: 'PUT', headers })
  await fetch(`${api}/any/data?id=${id}`, { method: 'HEAD', headers })
  await fetch(`${api}/any/data?id=${id}`, { headers })
  const exchanges = await (await fetch(`${page}/wire/${id}`)).json() as Exchange[]
  // A shell reads the commands; in curl's place a function prints what it was given.
  const { stdout } = await execute('sh', ['-c', `curl () { printf '%s\\n' "$@" ''; }\n${asCurl(api, exchanges)}`])
  const given = stdout.trimEnd().split('\n\n').map((each) => each.split('\n'))
  const sent = ['-H', `origin: ${page}`]
  const own = ['-H', 'x-empty;', '-H', "x-quoted: it's"]
  t.strictSame(given, [
    ['-sS', '-D', '-', '-o', '/dev/null', '-X', 'OPTIONS', `${api}/any/data`, ...sent, '-H', 'access-control-request-method: PUT'],
    ['-sS', '-D', '-', '-o', '/dev/null', '-X', 'PUT', `${api}/any/data?a=1`, ...sent, ...own],
    ['-sS', '-I', `${api}/any/data`, ...sent, ...own],
    ['-sS', '-D', '-', '-o', '/dev/null', `${api}/any/data`, ...sent, ...own]
  ])
})
