import { test } from 'tap'
import * as errors from '../../lib/errors.ts'
import { AlreadyRegisteredError, CorsConfigError, OriginDeniedError } from '../../lib/errors.ts'
import type { CorsProblem } from '../../lib/errors.ts'

const problem: CorsProblem = { path: '/maxAge', code: 'max-age-range', message: 'is wrong', value: -1 }

test('a refusal is a FastifyError with its problems', async t => {
  const error = new CorsConfigError([problem])
  t.ok(error instanceof Error)
  t.ok(error instanceof CorsConfigError)
  t.match(error, { name: 'FastifyError', code: 'FST_ERR_CORS_INVALID_CONFIG', statusCode: 500, problems: [problem] })
  t.notOk('route' in error)
  t.equal(error.message, 'invalid CORS options\n  /maxAge    is wrong')
})

test('a refusal of a route names it, whatever its URL is', async t => {
  const route = { method: ['GET', 'HEAD'], url: '/a\n%s' }
  const error = new CorsConfigError([problem], route)
  t.equal(error.message, 'invalid CORS policy for GET, HEAD /a\\n%s\n  /maxAge    is wrong')
  t.equal(error.route, route)
})

test('a problem of the whole block is shown as such', async t => {
  const whole = { ...problem, path: '' }
  t.equal(new CorsConfigError([whole]).message, 'invalid CORS options\n  options    is wrong')
  t.equal(new CorsConfigError([whole], { method: 'GET', url: '/' }).message, 'invalid CORS policy for GET /\n  config.cors    is wrong')
})

test('a message shows a hundred problems, the error holds all', async t => {
  const error = new CorsConfigError(Array.from({ length: 103 }, () => problem))
  t.equal(error.problems.length, 103)
  t.equal(error.message.split('\n').length, 102)
  t.match(error.message, /\n {2}… and 3 more$/)
})

test('the other errors say what to do', async t => {
  t.match(new AlreadyRegisteredError(), {
    code: 'FST_ERR_CORS_ALREADY_REGISTERED',
    statusCode: 500,
    message: 'fastify-route-cors is already registered in this context; register it once, and give routes that ' +
      'differ a config.cors, or again in a child context'
  })
  t.match(new OriginDeniedError(), {
    code: 'FST_ERR_CORS_ORIGIN_DENIED', statusCode: 403, message: 'Requests from this origin are not allowed'
  })
})

test('each class has its name, which a log shows as the type', async t => {
  const classes = Object.entries(errors).filter(([name]) => name.endsWith('Error'))
  t.ok(classes.length >= 10)
  for (const [name, ErrorClass] of classes) t.equal((ErrorClass as { prototype: object }).prototype.constructor.name, name)
})
