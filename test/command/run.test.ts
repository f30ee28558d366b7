import { execFile, type ExecFileException } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import t from 'tap'

import { run, USAGE, type Result } from '../../lib/command/command.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

function fixture (name: string): string {
  return fileURLToPath(new URL(`../fixtures/apps/${name}`, import.meta.url))
}

async function explain (app: string, ...args: string[]): Promise<Result> {
  return await run(['explain', fixture(app), ...args])
}

const TABLE_HEAD = /^route +origin +credentials +allowedHeaders +exposedHeaders +maxAge +other options\n/

t.test('report prints the policies of an app, as a table or as Markdown', async (t) => {
  const table = await run(['report', fixture('plugin.js')])
  t.match(table, { exitCode: 0, error: '', output: TABLE_HEAD })
  t.match(table.output, /\nPUT \/orders\/:id +a function \(the route's config\.cors\) /)
  const markdown = await run(['report', fixture('plugin.js'), '--markdown'])
  t.match(markdown, { exitCode: 0, error: '', output: /^\| route \| origin \|/ })
})

t.test('report --json prints them as data, in which functions and RegExps are shown', async (t) => {
  const { exitCode, output } = await run(['report', fixture('plugin.js'), '--json'])
  t.equal(exitCode, 0)
  t.match(JSON.parse(output), [
    { method: 'GET', url: '/orders/:id', policy: { options: { origin: [APP, '/^https:\\/\\/[a-z]+\\.example\\.com$/'] }, from: { origin: 'plugin' } } },
    { method: 'PUT', url: '/orders/:id', policy: { options: { origin: 'a function' }, from: { origin: 'route' } } },
    { method: 'GET', url: '/feed', constraints: { host: 'feed.example' } }
  ])
})

t.test('explain prints why, and exits with 1 where a browser would block', async (t) => {
  t.strictSame(await explain('plugin.js', '--from', EVIL, 'PUT', '/orders/1'), {
    exitCode: 1,
    error: '',
    output: `blocked: ORIGIN_NOT_ALLOWED
PUT /orders/:id does not allow '${EVIL}': the origin function says no; origin is a function in the route's config.cors

route      PUT /orders/:id

preflight  204
  vary: Origin, Access-Control-Request-Method
`
  })
  t.strictSame(await explain('plugin.js', '--from', 'https://admin.example.com', '--credentials', '--header', 'X-A: 1', 'PUT', '/orders/1'), {
    exitCode: 0,
    error: '',
    output: `allowed: ALLOWED
PUT /orders/:id allows 'https://admin.example.com': origin is a function in the route's config.cors

route      PUT /orders/:id

preflight  204
  access-control-allow-credentials: true
  access-control-allow-headers: X-A
  access-control-allow-methods: PUT
  access-control-allow-origin: https://admin.example.com
  vary: Origin, Access-Control-Request-Method

response   200
  access-control-allow-credentials: true
  access-control-allow-origin: https://admin.example.com
  vary: Origin
`
  })
})

t.test('explain takes GET, a host and several headers', async (t) => {
  const { exitCode, output } = await explain(
    'plugin.js', '--json', '--host', 'feed.example', '--from', APP, '--header', 'x-a: 1', '--header', 'x-b:2', '/feed'
  )
  t.equal(exitCode, 1)
  t.match(JSON.parse(output), { allowed: false, code: 'HEADER_NOT_ALLOWED', header: 'x-b', route: { url: '/feed' } })
  t.match(await explain('instance.js', '--from', APP, '/nothing'), { exitCode: 0, output: /^allowed: ALLOWED\nNo route serves GET \/nothing;/ })
})

for (const name of ['instance.js', 'commonjs.cjs', 'transpiled.cjs', 'factory.js', 'build.js', 'named-instance.js', 'named.cjs']) {
  t.test(`an app may be exported as in ${name}`, async (t) => {
    const { exitCode, error, output } = await run(['report', fixture(name)])
    t.strictSame([exitCode, error], [0, ''])
    t.match(output, name === 'instance.js' ? /\nPOST \/orders +'\*'/ : /\nGET(?:, HEAD)? \/orders +'https:\/\/app/)
  })
}

t.test('an app may have another copy of the package', async (t) => {
  t.strictSame(await run(['report', fixture('another-copy.js')]), { exitCode: 0, output: 'a report\n', error: '' })
  t.match(await explain('another-copy.js', '--from', APP, '/'), { exitCode: 1, output: 'blocked: NO_CORS\nBecause\n' })
})

const failures: ReadonlyArray<readonly [name: string, args: string[], error: RegExp]> = [
  ['is not there', ['report', fixture('missing.js')], /^Cannot find module .*missing\.js/],
  ['exports nothing', ['report', fixture('nothing.js')], /nothing\.js exports neither a plugin nor an instance of Fastify, nor a function that makes one\n$/],
  ['has a factory that makes nothing', ['report', fixture('makes-nothing.js')], /makes-nothing\.js exports neither/],
  ['has a factory that fails', ['report', fixture('factory-that-fails.js')], /^no database\n +at .*factory-that-fails\.js:2:\d+\)?\n$/],
  ['crashes', ['report', fixture('crashes.js')], /^Cannot read properties of undefined .*\n +at .*crashes\.js:2:\d+\)?\n$/],
  ['imports TypeScript that nothing strips', ['report', fixture('imports-typescript.js')], /NODE_OPTIONS='--import tsx'/],
  ['does not boot', ['report', fixture('wrong.js')], /^invalid CORS options\n {2}\/origin +'example\.com' lacks a scheme/],
  ['throws', ['report', fixture('throws-text.js')], /^no database\n$/],
  ['does not use the plugin', ['report', fixture('without-the-plugin.js')], /^fastify-route-cors is not registered/],
  ['is asked what no browser would ask', ['explain', fixture('instance.js'), '--from', 'example.com', '/'], /example\.com/]
]

for (const [name, args, error] of failures) {
  t.test(`exits with 2 where an app ${name}`, async (t) => {
    const result = await run(args)
    t.match(result, { exitCode: 2, output: '', error })
    t.notMatch(result.error, /Usage/)
  })
}

t.test('--help prints the usage', async (t) => {
  t.strictSame(await run(['--help']), { exitCode: 0, output: USAGE, error: '' })
  t.strictSame(await run(['explain', '-h']), { exitCode: 0, output: USAGE, error: '' })
})

t.test('--version prints the version', async (t) => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  for (const args of [['--version'], ['report', '-v']]) t.strictSame(await run(args), { exitCode: 0, output: `${version}\n`, error: '' })
})

t.test('--origin is another name for --from', async (t) => {
  t.strictSame(await explain('plugin.js', '--origin', EVIL, 'PUT', '/orders/1'), await explain('plugin.js', '--from', EVIL, 'PUT', '/orders/1'))
})

const mistakes: ReadonlyArray<readonly [args: string[], message: string]> = [
  [[], 'a command is missing'],
  [['reprot', 'app.js'], "there is no command 'reprot'"],
  [['report'], 'report takes one file'],
  [['report', 'a.js', 'b.js'], 'report takes one file'],
  [['report', 'app.js', '--json', '--markdown'], '--markdown and --json exclude each other'],
  [['report', 'app.js', '--from', APP], 'report takes no --from'],
  [['explain', 'app.js', '/', '--from', APP, '--markdown'], 'explain takes no --markdown'],
  [['explain', '--from', APP], 'explain takes a file, a method and a URL'],
  [['explain', 'app.js', '--from', APP], 'explain takes a file, a method and a URL'],
  [['explain', 'app.js', 'PUT', '/', '/', '--from', APP], 'explain takes a file, a method and a URL'],
  [['explain', 'app.js', '/'], 'explain needs --from, the origin of the page'],
  [['explain', 'app.js', '/', '--from', APP, '--header', 'nonsense'], "'nonsense' is no header; write --header 'NAME: VALUE'"]
]

for (const [args, message] of mistakes) {
  t.test(`'${args.join(' ')}' exits with 2 and the usage`, async (t) => {
    t.strictSame(await run(args), { exitCode: 2, output: '', error: `${message}\n\n${USAGE}` })
  })
}

t.test('an unknown option exits with 2 and the usage', async (t) => {
  const { exitCode, error } = await run(['report', 'app.js', '--jsno'])
  t.equal(exitCode, 2)
  t.match(error, /--jsno/)
  t.ok(error.endsWith(USAGE))
})

interface Printed {
  readonly exitCode: unknown
  readonly stdout: string
  readonly stderr: string
}

async function runProgram (...args: string[]): Promise<Printed> {
  const program = fileURLToPath(new URL('../../lib/command/main.ts', import.meta.url))
  return await new Promise((resolve) => {
    execFile(process.execPath, [...process.execArgv, program, ...args], (error: ExecFileException | null, stdout, stderr) => {
      resolve({ exitCode: error?.code, stdout, stderr })
    })
  })
}

t.test('the program prints, and exits', async (t) => {
  const printed = await runProgram('report', fixture('instance.js'), '--from', APP)
  t.strictSame(printed, { exitCode: 2, stdout: '', stderr: `report takes no --from\n\n${USAGE}` })
})

t.test('an app that cannot be parsed is told with its place', async (t) => {
  const folder = t.testdir({ 'app.mjs': "import './routes.mjs'\n", 'routes.mjs': 'export const a = 1\nexport const b = {{\n' })
  t.match(await runProgram('report', `${folder}/app.mjs`), { exitCode: 2, stdout: '', stderr: /routes\.mjs:2\nexport const b = \{\{\n[^]*SyntaxError/ })
})
