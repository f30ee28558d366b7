import type { FastifyInstance } from 'fastify'

import type { Application } from '../application.ts'
import { rootOf, setQuestions } from './cors-of.ts'
import { describeRoutes, formatReport } from './report.ts'
import type { RouteSearch } from './route-search.ts'
import type { CorsQuestions } from './types.ts'

/** Lets an application be asked about, once the policies of its routes are known, and told of others. */
export function provideQuestions (application: Application, instance: FastifyInstance, warn: () => void): void {
  const root = rootOf(instance)
  let search: RouteSearch | undefined
  const questions: CorsQuestions = {
    explain: async (question) => {
      const { snapshot } = application
      // Whoever asks no question needs no model of a browser.
      const { explain, RouteSearch } = await import('./explain.ts')
      search ??= new RouteSearch(application, root)
      return await explain(snapshot, search, question)
    },
    routes: () => describeRoutes(application.snapshot),
    report: (options) => formatReport(describeRoutes(application.snapshot), options),
    replace: async (options, { instance } = {}) => {
      application.replace(options, instance)
      warn()
    }
  }
  setQuestions(root, Object.freeze(questions))
}
