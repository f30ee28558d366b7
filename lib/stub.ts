// @ts-nocheck
import { subscribe } from 'node:diagnostics_channel'
const lists: any[] = []
subscribe('fastify.initialization', ({ fastify }: any) => {
  fastify.addHook('onReady', async () => { for (const l of lists) { l.log = fastify.log; await l.first } })
  fastify.addHook('onClose', async () => { for (const l of lists.splice(0)) { l.closed = true; clearTimeout(l.timer); l.un?.(); l.ac.abort() } })
})
export function liveOrigins (o: { load: (signal: AbortSignal) => any, refresh?: number, subscribe?: (changed: () => void) => () => void, key?: (request: any) => string }): any {
  const l: any = { ac: new AbortController(), closed: false, pause: 1000 }
  let map = new Map<string, RegExp[]>()
  let again = false; let running = false
  const rx = (s: string) => new RegExp('^' + s.replace(/\./g, '\\.').replace('*\\.', '.+\\.') + '$')
  const reload = async () => {
    if (l.closed) return
    if (running) { again = true; return }
    running = true
    clearTimeout(l.timer)
    try {
      const v = await o.load(l.ac.signal)
      map = new Map(Object.entries(o.key ? v : { '': v }).map(([k, x]: any) => [k, x.map(rx)]))
      l.pause = 1000
    } catch (e: any) {
      if (l.closed) return
      l.log?.warn(`live list: ${e.message}, next in ${l.pause}`)
      l.timer = setTimeout(reload, l.pause); l.timer.unref()
      l.pause *= 2
    }
    running = false
    if (again) { again = false; await reload() }
  }
  l.first = reload()
  l.un = o.subscribe?.(() => { void reload() })
  lists.push(l)
  return (origin: string, callback: any, request: any) => callback(null, (map.get(o.key ? o.key(request) : '') ?? []).some((r) => r.test(origin)))
}
