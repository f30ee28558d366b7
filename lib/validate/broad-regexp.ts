import { FILE_ORIGIN, isLoopbackHost } from '../fetch/origins.ts'
import { isPublicSuffix } from './public-suffix.ts'

/** What a RegExp lets in that hardly anybody means, and one such origin. */
export interface BroadMatch {
  readonly kind: 'stranger' | 'insecure' | 'public-suffix'
  readonly origin: string
}

/** More of them tell nothing new, and a RegExp may be slow. */
const MAX_HOSTS = 4
const MAX_LABELS = 8
const MAX_LENGTH = 100

const STRANGERS = ['evil.example', 'evil.com', 'evil-1.com', 'evil.dev', 'evil.co.uk', 'a.evil.com', 'evil.com:8443', '203.0.113.7']
const NETWORK = ['192.168.0.10', '192.168.1.1', '10.0.0.1', '172.16.0.1']

/** Where anyone gets a name, of those that are used most. */
const PLATFORMS = [
  'vercel.app', 'github.io', 'netlify.app', 'pages.dev', 'workers.dev', 'herokuapp.com', 'web.app', 'firebaseapp.com', 'azurewebsites.net',
  'cloudfront.net', 's3.amazonaws.com', 'amplifyapp.com', 'onrender.com', 'fly.dev', 'surge.sh', 'gitlab.io', 'ngrok-free.app', 'blogspot.com'
]

/**
 * Tries a RegExp on origins that follow from its own text, and on some that nobody means. It finds what
 * is wrong with most RegExps that are, and nothing where it finds nothing.
 */
export function broadMatches (regExp: RegExp): BroadMatch[] {
  const { hosts, labels } = readHosts(regExp.source)
  const suffixes = [...PLATFORMS, ...hosts.filter(isPublicSuffix)]
  const own = hosts.filter((host) => !isPublicSuffix(host))
  const kinds: Record<BroadMatch['kind'], string[]> = {
    stranger: [
      ...STRANGERS.map((host) => `https://${host}`),
      ...own.flatMap((host) => [`https://evil${host}`, `https://evil-${host}`, `https://${host}.evil.com`, `https://${host.replace('.', 'x')}`]),
      // A dot that was not escaped is any letter.
      ...looseHosts(regExp.source).map((host) => `https://${host}`)
    ],
    'public-suffix': suffixes.flatMap((suffix) => [`https://x.${suffix}`, `https://evil-1.${suffix}`]),
    insecure: [...STRANGERS, ...NETWORK, ...suffixes.map((suffix) => `x.${suffix}`), ...own.flatMap((host) => [host, `x.${host}`, ...labels.map((label) => `${label}.${host}`), `${host}:3000`])]
      .filter((host) => !isLoopbackHost(host.replace(/:\d+$/, ''))).map((host) => `http://${host}`).concat(FILE_ORIGIN)
  }
  const tried = new RegExp(regExp.source, regExp.flags.replace(/[gy]/g, ''))
  const matches = Object.entries(kinds).flatMap(([kind, origins]) => {
    const origin = origins.find((origin) => tried.test(origin))
    return origin === undefined ? [] : [{ kind: kind as BroadMatch['kind'], origin }]
  })
  // Who lets in anybody lets in all of them.
  return matches[0]?.kind === 'stranger' ? matches.slice(0, 1) : matches
}

/** The names of hosts, and of single labels, that stand in the text of a RegExp. */
function readHosts (source: string): { hosts: string[], labels: string[] } {
  const runs = source
    .replace(/\(\?(?:<?[=!]|<[^>]*>|[a-z-]*:)/g, ' ')
    // A class, a quantifier, and what stands for any letter end a name.
    .replace(/\[(?:\\.|[^\]\\])*\]|\{[^}]*\}|\\[dDwWsSbB]/g, ' ')
    .replace(/\\(.)/g, '$1')
    .split(/[^a-zA-Z0-9.-]+/)
    .map((run) => run.replace(/^[.-]+|[.-]+$/g, '').toLowerCase())
    .filter((run) => run.length > 0 && run.length < MAX_LENGTH)
  return {
    hosts: [...new Set(runs.filter((run) => run.includes('.')))].slice(0, MAX_HOSTS),
    labels: [...new Set(runs.filter((run) => !run.includes('.') && !/^https?$/.test(run)))].slice(0, MAX_LABELS)
  }
}

/** Hosts of a RegExp in which a dot stands for itself alone, with a letter in its place. */
function looseHosts (source: string): string[] {
  const [, host] = /^\^https\??:\\?\/\\?\/((?:[a-z0-9-]|\\\.|\.(?![*+?{]))+)\$$/i.exec(source) ?? []
  if (host === undefined || !/(?<!\\)\./.test(host)) return []
  return [host.replace(/(?<!\\)\./g, 'x').replaceAll('\\.', '.')]
}
