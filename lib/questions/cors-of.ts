import type { FastifyInstance } from 'fastify'

import { NotRegisteredError } from '../errors.ts'
import { scopesOf } from '../routes/instances.ts'
import type { CorsQuestions } from './types.ts'

/** By root instance. */
const ready = new WeakMap<FastifyInstance, CorsQuestions>()

/** @throws FST_ERR_CORS_NOT_REGISTERED without the plugin, and before `ready()` */
export function questionsOf (instance: FastifyInstance): CorsQuestions {
  const questions = ready.get(rootOf(instance))
  if (questions === undefined) throw new NotRegisteredError()
  return questions
}

/**
 * Makes `app.cors` available when the application is ready: no decorator can
 * be added after that, so that none of another plugin collides with it.
 */
export function setQuestions (root: FastifyInstance, questions: CorsQuestions): void {
  ready.set(root, questions)
  if (!('cors' in root)) Object.defineProperty(root, 'cors', { value: questions, configurable: true })
}

export function rootOf (instance: FastifyInstance): FastifyInstance {
  return scopesOf(instance).at(-1) as FastifyInstance
}
