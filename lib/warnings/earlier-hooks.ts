import type { FastifyInstance } from 'fastify'

import { internalOf } from '../routes/instances.ts'
import type { Route } from '../routes/route.ts'

type Hook = (...parameters: never[]) => unknown

interface Hooks {
  readonly onRequest?: readonly Hook[]
}

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
  const { onRequest = [] } = internalOf(instance, 'fastify.hooks') as Hooks | undefined ?? {}
  return onRequest.slice(0, Math.max(0, onRequest.findIndex((hook) => own.has(hook))))
}

const ANSWERS = /\.(?:send|redirect|callNotFound|hijack|end|writeHead)\s*\(|\b(?:throw|await)\b|\[native code\]/

/** As far as its text tells: it replies, fails, waits for what may fail, or hands its callback on. */
function couldAnswer (hook: Hook): boolean {
  const text = String(hook)
  if (ANSWERS.test(text)) return true
  const done = /^[^(]*\([^,)]*,[^,)]*,\s*([\w$]+)\s*\)/.exec(text)
  if (done === null) return false
  const [parameters, name = ''] = done
  const callback = name.replaceAll('$', '\\$')
  return new RegExp(`(?<![\\w$])${callback}\\s*\\(\\s*[^\\s)]|[(,]\\s*${callback}\\s*[,)]`).test(text.slice(parameters.length))
}
