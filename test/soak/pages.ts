import type { SimulateRequest } from '../../lib/browser/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { BASE, PARTNER, TENANT } from './application.ts'

const put = { method: 'PUT', headers: { 'x-a': '1', 'content-type': 'application/json' }, body: '{}' } as const
const include = { credentials: 'include' } as const

function from (origins: readonly string[], url: string, ...requests: ReadonlyArray<Omit<SimulateRequest, 'from' | 'url'>>): SimulateRequest[] {
  return origins.flatMap((origin) => requests.map((request) => ({ from: origin, url: url.startsWith('http') ? url : `${BASE}${url}`, ...request })))
}

/** What scripts of pages ask for. */
export const PAGES: readonly SimulateRequest[] = [
  ...from([APP, PARTNER, EVIL, 'null'], '/list', {}, include, put, { ...put, ...include }, { method: 'DELETE' }, { method: 'PATCH' }),
  ...from([APP, EVIL], '/list/none', {}, put),
  ...from([APP], '/raw', {}, include),
  ...from(['https://a.pages.example', 'https://pr-7.example.com', 'http://localhost:5173', 'https://my.shop.example', 'https://pages.example', EVIL], '/pattern/1', {}, { method: 'PATCH', headers: { 'x-a': '1' } }),
  ...from([APP, EVIL], '/function', {}, put),
  ...from([APP, PARTNER, EVIL], '/select', {}, { headers: { 'x-kind': 'open' } }, { method: 'PUT', headers: { 'x-kind': 'own' } }),
  ...from([APP, PARTNER, 'https://fixed.example', 'https://a.live.example', 'http://localhost:8080', EVIL], '/live', include, { ...put, ...include }),
  ...from([TENANT, PARTNER], 'http://one.example.com/tenants', {}, put),
  ...from([TENANT, PARTNER], 'http://two.example.com/tenants', {}, put),
  ...from([APP, EVIL, BASE], '/enforced', {}, { method: 'POST', body: 'a=1' }),
  ...from([EVIL], '/open', { method: 'PUT', headers: { 'x-a': '1' } }, { method: 'PUT', headers: { 'x-b': '1' } }),
  ...from([APP], '/off', {}, put),
  ...from([APP, PARTNER, EVIL], '/replaced', {}, include, put, { method: 'DELETE' })
]
