import type { FastifyInstance } from 'fastify'

import type { Application } from '../application.ts'
import { NotRegisteredError } from '../errors.ts'
import { scopesOf } from '../routes/recorder.ts'
import { explain } from './explain.ts'
import { formatReport } from './report.ts'
import { RouteSearch } from './route-search.ts'
import { describeRoutes } from './routes.ts'
import type { CorsQuestions } from './types.ts'

/** By root instance. */
const ready = new WeakMap<FastifyInstance, CorsQuestions>()

/**
 * The questions that the plugin answers about an application, of which any
 * instance may be given. The same as `app.cors`, but for applications that have
 * a `cors` decorator of another kind.
 *
 * @throws FST_ERR_CORS_NOT_REGISTERED without the plugin, and before `ready()`
 */
export function corsOf (instance: FastifyInstance): CorsQuestions {
  const questions = ready.get(rootOf(instance))
  if (questions === undefined) throw new NotRegisteredError()
  return questions
}

/**
 * Makes `app.cors` available when the application is ready: no decorator can
 * be added after that, so that none of another plugin collides with it.
 */
export function provideQuestions (application: Application, instance: FastifyInstance): void {
  const root = rootOf(instance)
  const questions = createQuestions(application, root)
  ready.set(root, questions)
  if (!('cors' in root)) Object.defineProperty(root, 'cors', { value: questions, configurable: true })
}

function createQuestions (application: Application, root: FastifyInstance): CorsQuestions {
  let search: RouteSearch | undefined
  return Object.freeze<CorsQuestions>({
    explain: async (question) => {
      search ??= new RouteSearch(application, root)
      return await explain(application, search, question)
    },
    routes: () => describeRoutes(application),
    report: (options) => formatReport(describeRoutes(application), options)
  })
}

function rootOf (instance: FastifyInstance): FastifyInstance {
  return scopesOf(instance).at(-1) as FastifyInstance
}
