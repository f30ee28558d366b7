import type { RouteCors } from '../lib/options/cors-options.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route's CORS policy: `true` for the plugin's, `false` for none, the name
     * of a policy, or a block of options that refines the plugin's.
     *
     * @default the plugin's policy; none with `global: false`
     */
    cors?: RouteCors | undefined
  }
}
