import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import pg from 'pg'

import { MIGRATION } from '../../examples/live-postgres.ts'
import { startServer, temporaryDirectory } from './processes.ts'
import type { Kind } from './source.ts'

const DEBIAN = '/usr/lib/postgresql'
const INITDB_MS = 60_000
const CONNECT_MS = 2000
const LISTENERS = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND state = 'idle'"
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=16MB', 'max_connections=20']

/** PostgreSQL in a directory of its own. It refuses to be run by root, and is run by the user of Debian's package then. */
export function postgres (): Kind {
  const user = process.getuid?.() === 0 ? 'postgres' : undefined
  const programs = findPrograms()
  const directory = temporaryDirectory()
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(directory, 'password')
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (user !== undefined) for (const path of [directory, passwordFile, data]) chownSync(path, id('-u', user), id('-g', user))

  const initdb = [`--pgdata=${data}`, '--username=shop', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync']
  const asUser = user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--']
  const [command, ...args] = [...asUser, join(programs, 'initdb'), ...initdb] as [string, ...string[]]
  execFileSync(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'], timeout: INITDB_MS })

  return {
    start: (port) => startServer(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])], ['ignore', 'pipe', 'pipe'], user),
    url: (port) => `postgres://shop:${password}@127.0.0.1:${port}/postgres`,
    ping: async (url) => { await query(url, 'SELECT 1') },
    prepare: async (url) => { await query(url, MIGRATION) },
    add: async (url, origin) => { await query(url, 'INSERT INTO allowed_origins VALUES ($1)', origin) },
    remove: async (url, origin) => { await query(url, 'DELETE FROM allowed_origins WHERE origin = $1', origin) },
    listeners: async (url) => Number((await query(url, LISTENERS))[0]?.['count'])
  }
}

async function query (url: string, text: string, ...values: string[]): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS, query_timeout: CONNECT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await (values.length > 0 ? client.query(text, values) : client.query(text))).rows
  } finally {
    await client.end()
  }
}

/** Debian keeps the programs of each version in a folder that is not in PATH. */
function findPrograms (): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
  if (found === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return found
}

function id (which: string, user: string): number {
  return Number(execFileSync('id', [which, user], { encoding: 'utf8' }))
}
