import type { FastifyInstance } from 'fastify'

import { Application } from './application.ts'
import { createRequestHook } from './on-request.ts'
import { copyOptions } from './policy/registration-options.ts'
import { rootOf, setQuestions } from './questions/cors-of.ts'
import { describeRoutes, formatReport } from './questions/report.ts'
import type { RouteSearch } from './questions/route-search.ts'
import type { CorsQuestions } from './questions/types.ts'
import { loadRouter } from './routes/router.ts'
import { loadRareChecks, needsRareChecks } from './validate/rare-checks.ts'
import { createWarner } from './warnings.ts'

const prepared = new WeakSet<Application>()

/**
 * Registers the plugin in a context.
 *
 * @throws CorsConfigError where the options are wrong on their own
 */
export async function register (instance: FastifyInstance, written: unknown): Promise<void> {
  await loadRouter()
  const options = copyOptions(written)
  if (needsRareChecks(options)) await loadRareChecks()
  const application = Application.of(instance)
  application.register(instance, options)
  if (application.registrationsAround(instance).length === 1) {
    const within = application.registeredWithin(instance).filter((registered) => registered !== instance)
    const hook = createRequestHook(application, instance, within)
    application.hooks.add(hook)
    instance.addHook('onRequest', hook)
  }
  if (!prepared.has(application)) prepare(application, instance)
}

/** Adds what is done when the policies of all routes are known. */
function prepare (application: Application, instance: FastifyInstance): void {
  prepared.add(application)
  const warn = createWarner(application, instance)
  instance.addHook('onReady', (done) => {
    warn()
    provideQuestions(application, instance, warn)
    done()
  })
}

/** Lets an application be asked about, once the policies of its routes are known, and told of others. */
function provideQuestions (application: Application, instance: FastifyInstance, warn: () => void): void {
  const root = rootOf(instance)
  let search: RouteSearch | undefined
  let last = Promise.resolve()
  const questions: CorsQuestions = {
    explain: async (question) => {
      const { snapshot } = application
      // Whoever asks no question needs no model of a browser.
      const { explain, RouteSearch } = await import('./questions/explain.ts')
      search ??= new RouteSearch(application, root)
      return await explain(snapshot, search, question)
    },
    routes: () => describeRoutes(application.snapshot),
    report: (options) => formatReport(describeRoutes(application.snapshot), options),
    replace: async (written, { instance } = {}) => {
      const options = copyOptions(written)
      // In the order in which they were handed over, whichever of them has to load something first.
      const replaced = last.then(async () => {
        if (needsRareChecks(options)) await loadRareChecks()
        await application.replace(options, instance)
        warn()
      })
      last = replaced.catch(() => {})
      await replaced
    }
  }
  setQuestions(root, Object.freeze(questions))
}
