import type { FastifyBaseLogger, FastifyTypeProvider, RawServerBase, RawServerDefault } from 'fastify'

import type { CorsPlugin, RouteCors, Unread, WidePluginOptions } from '../lib/options/types.ts'
import type { CorsQuestions } from '../lib/questions/types.ts'

declare module 'fastify' {
  /* eslint-disable @typescript-eslint/no-unused-vars -- an interface is merged with one that has the same parameters */
  interface FastifyRegister<
    T = void,
    RawServer extends RawServerBase = RawServerDefault,
    TypeProviderDefault extends FastifyTypeProvider = FastifyTypeProvider,
    LoggerDefault extends FastifyBaseLogger = FastifyBaseLogger
  > {
    /* eslint-enable @typescript-eslint/no-unused-vars */
    /** Options of fastify-route-cors that TypeScript cannot read, such as origins out of a variable: they are checked at boot. */
    <const Options extends WidePluginOptions>(plugin: CorsPlugin, options: Options & Unread<Options>): T
  }

  interface FastifyInstance {
    /**
     * Questions that fastify-route-cors answers, and `replace()`, from `ready()` on. An application
     * with a `cors` decorator of another kind keeps that: `corsOf(app)` always works.
     */
    readonly cors: CorsQuestions
  }

  interface FastifyContextConfig {
    /**
     * The route's CORS policy: `true` for the plugin's, `false` for none, the name
     * of a policy, or a block of options that refines the plugin's.
     *
     * @default the plugin's policy; none with `global: false`
     */
    cors?: RouteCors | undefined

    /**
     * `true` on the OPTIONS routes that fastify-route-cors registers for preflights, so that
     * a rule of the application, such as "no route without a permission", can let them pass.
     */
    readonly corsPreflight?: true
  }
}
