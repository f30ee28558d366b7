import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// A build of the plugin that allows every origin, for a negative control:
// `node --import ./without-origin-check.js` changes one module while it loads.
if (isMainThread) register(import.meta.url)

const CHECKED = 'export function compileOriginRule(origin) {'

type Load = (url: string, context: object) => Promise<{ source?: unknown }>

export async function load (url: string, context: object, nextLoad: Load): Promise<object> {
  const loaded = await nextLoad(url, context)
  if (!url.endsWith('/lib/origins/origin-rule.js')) return loaded
  const source = String(loaded.source)
  if (!source.includes(CHECKED)) throw new Error(`${url} does not have the line '${CHECKED}'`)
  return { ...loaded, source: source.replace(CHECKED, `${CHECKED}\n  return { kind: 'match', matches: () => true }`) }
}
