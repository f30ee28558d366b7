import '../types/fastify.ts'

export { fastifyRouteCors, fastifyRouteCors as default } from './plugin.ts'
