import type { FastifyInstance } from 'fastify'

import type { Application } from './application.ts'
import type { Policy } from './policy/policy.ts'
import { hooksOf, isWithin, scopesOf } from './routes/instances.ts'
import { parsePattern } from './routes/pattern.ts'
import { titleOf } from './routes/route-name.ts'
import type { Route } from './routes/route.ts'
import type { Snapshot } from './snapshot.ts'
import { escapeText } from './text.ts'

const MAX_NAMED = 5

const REGISTER = 'register it in a context around them, or wrap the plugin that registers it in fastify-plugin'

/** Says in a line each what is in force but may not be meant, and no line twice. */
export function createWarner (application: Application, instance: FastifyInstance): () => void {
  const said = new Set<string>()
  const root = scopesOf(instance).at(-1) as FastifyInstance
  return () => {
    for (const line of warningsOf(application, root)) {
      if (!said.has(line)) instance.log.warn(line)
      said.add(line)
    }
  }
}

function warningsOf (application: Application, root: FastifyInstance): string[] {
  const { snapshot, hooks } = application
  const warnings = [
    [
      'Browsers keep the request headers that a preflight grants for the whole URL, and methods of these differ in ' +
        'allowedHeaders, so that each gets the headers of the others',
      urlsOfSharedGrants(snapshot)
    ],
    [
      "origin '*' lets the pages of every website use routes that change state; name the origins unless that is meant",
      openWrites(snapshot)
    ],
    [
      'onRequest hooks run before those of fastify-route-cors and could answer preflights, which carry neither ' +
        'credentials nor custom headers; register fastify-route-cors before them',
      earlierHooks(snapshot.routes, hooks)
    ],
    [
      'A plugin has defined the property config of these routes anew in an onRoute hook, so that nobody knows which one is ' +
        'in force before they are reached: their preflights are granted nothing',
      snapshot.routes.filter(({ isKnown }) => !isKnown).map(titleOf)
    ],
    [
      "The application's own strategy for the constraint 'host' cannot be asked about a preflight, which is granted what the " +
        'routes of all hosts grant; declare it in the options of Fastify, without a callback',
      snapshot.routing.isVisible('host') ? [] : snapshot.routes.filter(({ constraints, generated }) => 'host' in constraints && !generated).map(titleOf)
    ],
    [
      'Options of a CORS policy stand right in the config of these routes, where they do nothing; write config: { cors: { … } }',
      snapshot.routes.filter(({ misplaced }) => misplaced.options.length > 0).map((route) => `${titleOf(route)} (${route.misplaced.options.join(', ')})`)
    ],
    [
      `config.cors of these routes does nothing, for no registration of fastify-route-cors is around them; ${REGISTER}`,
      snapshot.routes.filter(({ instance, cors }) => cors !== undefined && cors !== false && snapshot.scopeAround(instance) === undefined).map(titleOf)
    ],
    [
      `A registration of fastify-route-cors has no route within it; ${REGISTER}. The routes without one`,
      application.registeredWithin(root).every((registered) => snapshot.routes.some(({ instance }) => isWithin(registered, instance)))
        ? []
        : snapshot.routes.filter(({ instance }) => snapshot.scopeAround(instance) === undefined).map(titleOf)
    ]
  ] as const
  return warnings.filter(([, named]) => named.length > 0).map(([message, named]) => `${message}: ${listOf(named)}`)
}

function listOf (names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map(escapeText)
  if (names.length > MAX_NAMED) shown.push(`… ${names.length - MAX_NAMED} more`)
  return shown.join(', ')
}

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

interface Method {
  readonly method: string
  readonly url: string
  readonly policy: Policy | undefined
}

/**
 * URLs where one method gets the request headers that a browser was granted for
 * another: what a preflight grants is kept by URL, headers and methods apart.
 *
 * @see https://fetch.spec.whatwg.org/#concept-cache-match-header
 */
function urlsOfSharedGrants (snapshot: Snapshot): string[] {
  const declared = snapshot.routes.filter((route) => !route.generated)
  if (new Set(declared.map((route) => snapshot.governing(route).policy)).size < 2) return []
  const groups = new Map<string, Method[]>()
  for (const route of declared) {
    const { methods, url, constraints } = route
    const policy = snapshot.governing(route).policy
    const key = `${parsePattern(url, snapshot.routing.options).key} ${String(constraints['host'])}`
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(...methods.filter((method) => method !== 'OPTIONS').map((method) => ({ method, url, policy })))
  }
  return [...groups.values()].flatMap(describeGroup)
}

function describeGroup (group: readonly Method[]): string[] {
  const affected = new Set<string>()
  for (const giver of group) {
    for (const taker of group) {
      if (!isShared(giver, taker)) continue
      affected.add(giver.method)
      affected.add(taker.method)
    }
  }
  const [first] = group
  return first === undefined || affected.size === 0 ? [] : [`${first.url} (${[...affected].join(', ')})`]
}

function isShared (giver: Method, taker: Method): boolean {
  if (giver.method === taker.method || giver.policy === undefined || giver.policy.maxAge === 0) return false
  // A browser learns nothing about the method where no preflight grants it.
  if (taker.policy === undefined && !SAFELISTED_METHODS.includes(taker.method)) return false
  return !includesAll(taker.policy?.allowedHeaders ?? [], giver.policy.allowedHeaders)
}

function includesAll (allowed: Policy['allowedHeaders'], others: Policy['allowedHeaders']): boolean {
  if (allowed === true || allowed.includes('*')) return true
  if (others === true) return false
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return others.every((name) => names.has(name.toLowerCase()))
}

/** @see https://www.iana.org/assignments/http-methods */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY', 'REPORT', 'SEARCH', 'TRACE']

const MAX_METHODS = 4

/** The routes that change state and that pages of every origin may use. */
function openWrites (snapshot: Snapshot): string[] {
  return snapshot.routes.flatMap((route) => {
    if (snapshot.governing(route).policy?.origin.kind !== 'any') return []
    const { methods, url, constraints } = route
    const unsafe = methods.filter((method) => !SAFE_METHODS.includes(method))
    if (unsafe.length === 0) return []
    const shown = unsafe.length > MAX_METHODS ? [...unsafe.slice(0, MAX_METHODS), '…'] : unsafe
    return [titleOf({ methods: shown, url, constraints })]
  })
}

type Hook = (...parameters: never[]) => unknown

/**
 * The `onRequest` hooks that preflights meet before the plugin's and that could
 * answer them. Fastify tells the order of an instance's hooks only under a
 * symbol of its own; a hook that wraps another one cannot be seen through.
 */
export function earlierHooks (routes: readonly Route[], own: ReadonlySet<unknown>): string[] {
  const instances = new Set(routes.filter(({ methods }) => methods.includes('OPTIONS')).map(({ instance }) => instance))
  const hooks = [...instances].flatMap((instance) => hooksBefore(instance, own))
  return [...new Set(hooks)].filter(couldAnswer).map(({ name }) => name === '' ? 'an anonymous function' : name)
}

function hooksBefore (instance: FastifyInstance, own: ReadonlySet<unknown>): Hook[] {
  const onRequest = hooksOf(instance)?.['onRequest'] as readonly Hook[] | undefined ?? []
  return onRequest.slice(0, Math.max(0, onRequest.findIndex((hook) => own.has(hook))))
}

const ANSWERS = /\.(?:send|redirect|callNotFound|hijack|end|writeHead)\s*\(|\b(?:throw|await)\b|\[native code\]/

/** The hooks of NestJS that every application of it has in front; what they hand on is for what comes behind the plugin too. */
const OF_NEST = /\bthis\.(?:onRequestHook|corsHook|isRoutableRequestTarget|versionExtractorErrors)\b/

/** As far as its text tells: it replies, fails, waits for what may fail, or hands its callback on. */
function couldAnswer (hook: Hook): boolean {
  const text = String(hook)
  if (OF_NEST.test(text)) return false
  if (ANSWERS.test(text)) return true
  const done = /^[^(]*\([^,)]*,[^,)]*,\s*([\w$]+)\s*\)/.exec(text)
  if (done === null) return false
  const [parameters, name = ''] = done
  const callback = name.replaceAll('$', '\\$')
  return new RegExp(`(?<![\\w$])${callback}\\s*\\(\\s*[^\\s)]|[(,]\\s*${callback}\\s*[,)]`).test(text.slice(parameters.length))
}
