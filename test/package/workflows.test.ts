import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import t from 'tap'
import { parse } from 'yaml'

import { ROOT } from '../fixtures/packed.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly needs?: string
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string, readonly integrity?: string, readonly link?: boolean, readonly inBundle?: boolean }>>
}

const FOLDER = join(ROOT, '.github/workflows')
/** Each with a lock file of its own. */
const PROJECTS = ['', 'test/with-real']

/** What each job may do beyond reading the repository, and all that runs there then. */
const MAY_WRITE: Readonly<Record<string, { readonly permissions: Readonly<Record<string, string>>, readonly runs: RegExp, readonly uses: RegExp }>> = {
  'codeql.yml analyze': {
    permissions: { contents: 'read', 'security-events': 'write' },
    runs: /^$/,
    uses: /^(actions\/checkout|github\/codeql-action\/(init|analyze))$/
  },
  'release.yml publish': {
    permissions: { 'id-token': 'write' },
    runs: /^npm publish \.\/\*\.tgz --ignore-scripts --provenance --access public$/,
    uses: /^actions\/(download-artifact|setup-node)$/
  },
  'release.yml announce': {
    permissions: { contents: 'write' },
    runs: /^gh release create "\$GITHUB_REF_NAME" --repo "\$GITHUB_REPOSITORY" --generate-notes --verify-tag$/,
    uses: /^$/
  }
}

const texts = new Map<string, string>()
for (const name of await readdir(FOLDER)) texts.set(name, await readFile(join(FOLDER, name), 'utf8'))
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text) as Workflow]))
const jobs = [...workflows].flatMap(([name, workflow]) => Object.entries(workflow.jobs).map(([id, job]) => [`${name} ${id}`, job] as const))
const steps = jobs.flatMap(([name, job]) => job.steps.map((step) => [name, step] as const))

async function readLock (project: string): Promise<Lock> {
  return JSON.parse(await readFile(join(ROOT, project, 'package-lock.json'), 'utf8')) as Lock
}

t.test('actions are pinned by commit, and say which version that is', async (t) => {
  const lines = [...texts].flatMap(([name, text]) => text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line)).map((line) => [name, line.trim()] as const))
  t.equal(lines.length, steps.filter(([, { uses }]) => uses !== undefined).length)
  const pins = new Map<string, string>()
  for (const [name, line] of lines) {
    const [, action = '', commit = '', version = ''] = /^(?:- )?uses: ([\w-]+\/[\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/.exec(line) ?? []
    t.ok(version, `${name}: ${line}`)
    const repository = action.split('/').slice(0, 2).join('/')
    t.equal(pins.get(repository) ?? `${commit} ${version}`, `${commit} ${version}`, `${repository} is one version everywhere`)
    pins.set(repository, `${commit} ${version}`)
  }
})

t.test('jobs may read the repository and nothing else, but for those that are listed', async (t) => {
  for (const [name, { permissions }] of workflows) t.strictSame(permissions, {}, name)
  for (const [name, { permissions }] of jobs) t.strictSame(permissions, MAY_WRITE[name]?.permissions ?? { contents: 'read' }, name)
  t.strictSame(Object.keys(MAY_WRITE).filter((name) => !jobs.some(([job]) => job === name)), [])
})

t.test('a job that may write runs nothing of the repository, and no package', async (t) => {
  for (const [name, { steps }] of jobs) {
    const listed = MAY_WRITE[name]
    if (listed === undefined) continue
    for (const { uses, run } of steps) {
      if (uses !== undefined) t.match(uses.split('@')[0], listed.uses, `${name}: ${uses}`)
      if (run !== undefined) t.match(run, listed.runs, `${name}: ${run}`)
    }
  }
})

t.test('what is published is what a job without a token has tested', async (t) => {
  const { build, publish, announce } = workflows.get('release.yml')?.jobs ?? {}
  t.strictSame([publish?.needs, announce?.needs], ['build', 'publish'])
  const runs = build?.steps.map(({ run }) => run?.split(' ').slice(0, 2).join(' ')) ?? []
  t.ok(runs.indexOf('npm ci') < runs.indexOf('npm test') && runs.indexOf('npm test') < runs.indexOf('npm pack'), runs.join())
  const uploaded = build?.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
  const downloaded = publish?.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))
  t.equal(uploaded?.with?.['if-no-files-found'], 'error')
  t.ok(uploaded?.with?.['name'])
  t.strictSame(downloaded?.with, { name: uploaded?.with?.['name'] })
  for (const job of [build, publish]) {
    const node = job?.steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'))
    t.equal(node?.with?.['package-manager-cache'], false, 'nothing from a cache that others can write')
    t.equal(node?.with?.['cache'], undefined)
  }
})

t.test('no secret is used, no token stays behind, and no text from outside becomes part of a command', async (t) => {
  for (const [name, text] of texts) {
    t.notMatch(text, /secrets\s*[.[]/, name)
    t.notMatch(text, /pull_request_target|workflow_run/, name)
  }
  for (const [name, { 'timeout-minutes': minutes }] of jobs) t.ok(minutes, `${name} ends`)
  for (const [name, { uses, run, env, with: options }] of steps) {
    if (uses?.startsWith('actions/checkout@')) t.equal(options?.['persist-credentials'], false, name)
    if (run !== undefined) t.notMatch(run, /\$\{\{/, `${name}: ${run}`)
    if (env !== undefined) t.equal(name, 'release.yml announce')
  }
})

t.test('packages are installed as they are locked, without scripts of theirs', async (t) => {
  const scripts = [...steps.flatMap(([, { run = '' }]) => run.split('\n')), ...(await readFile(join(ROOT, '.ci/run'), 'utf8')).split('\n')]
  const installs = scripts.filter((line) => /\bnpm (?:ci|i|install|add|exec)\b/.test(line)).map((line) => line.trim())
  t.ok(installs.length > 3)
  for (const line of installs) t.equal(line, 'npm ci --ignore-scripts')
})

t.test('tools that npx or npm run are in a lock file', async (t) => {
  const { packages } = await readLock('')
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const programs = (await readdir(join(ROOT, 'scripts'), { recursive: true })).filter((name) => name.endsWith('.js')).map((name) => join('scripts', name))
  const commands = [...Object.values(manifest.scripts), ...steps.map(([, { run = '' }]) => run), await readFile(join(ROOT, '.ci/run'), 'utf8')]
  for (const file of programs) commands.push(await readFile(join(ROOT, file), 'utf8'))
  for (const command of commands) t.notMatch(command, /npx\b.*(?:@|--yes|-y\b|--package|-p\b)|npm exec/)
  for (const name of ['knip', '@stryker-mutator/core']) t.ok(packages[`node_modules/${name}`]?.integrity, name)
})

t.test('lock files name no registry, and the content of every package', async (t) => {
  for (const project of PROJECTS) {
    for (const [name, { resolved, integrity, link, inBundle }] of Object.entries((await readLock(project)).packages)) {
      if (name === '') continue
      if (resolved !== undefined || (integrity ?? '').slice(0, 7) !== 'sha512-') t.ok(link === true || inBundle === true, `${project} ${name}`)
    }
  }
})
