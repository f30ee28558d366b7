// Points the tests that @fastify/cors ships at this plugin: they require it as '..' or '../'.
const Module = require('node:module')
const { join } = require('node:path')

const TESTS = join('@fastify', 'cors', 'test')
const resolve = Module._resolveFilename

Module._resolveFilename = function (request, parent, ...rest) {
  const isOfTests = parent?.filename?.includes(TESTS) === true
  if (isOfTests && (request === '..' || request === '../')) return join(__dirname, '../dist/lib/index.js')
  return resolve.call(this, request, parent, ...rest)
}
