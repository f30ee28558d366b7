import fc from 'fast-check'
import { test } from 'tap'
import { PolicyCache } from '../../lib/policy/policy.ts'
import { CorsConfigError } from '../../lib/errors.ts'
import { CorsPluginOptionsSchema } from '../../lib/options/schemas.ts'
import { readRegistration } from '../../lib/policy/registration-options.ts'
import { checkNamedPolicies, scopeDefault, unfrozenPolicyOf } from '../fixtures/boot.ts'
import { propertyOptions } from '../fixtures/property.ts'

// fast-check looks at what it generates too: values throw only while they are tried.
let isTried = false
const throws = (): undefined => {
  if (isTried) throw new Error('no')
}
const traps = new Proxy({}, {
  get: (_target, trap: 'get') => (...parameters: Parameters<typeof Reflect.get>) => throws() ?? Reflect[trap](...parameters)
})
const strange = fc.constantFrom<unknown>(
  new Proxy({}, traps), new Proxy([], traps), new Proxy(() => {}, traps), new Proxy(/^a$/, traps), Symbol('s'), 10n, NaN, Object('*'), Object(1),
  Object.defineProperty(/^a$/, 'source', { get: throws }), Object.defineProperty(['*'], 0, { get: throws }), new Proxy({ a: 1 }, { get: throws }),
  Object.assign(Object.create({ get origin () { return throws() } }), { maxAge: 1 }), { [Symbol.toPrimitive]: throws },
  '(', '://', 'https://[', 'https://*.[', 'https://%', `https://${'a'.repeat(1e5)}`, '*.'.repeat(1e4), '\ud800', '__proto__'
)
const value = fc.oneof(strange, fc.anything({
  withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true, withNullPrototype: true, withBoxedValues: true, withTypedArray: true
}), fc.array(strange, { maxLength: 3 }))
const options = fc.oneof(value, fc.dictionary(fc.oneof(
  fc.constantFrom(...Object.keys(CorsPluginOptionsSchema.properties), 'policy', '__proto__', 'constructor'), fc.string()
), fc.oneof(value, fc.dictionary(fc.string(), value)), { maxKeys: 5 }))

function throwsOnlyRefusals (boot: () => unknown): boolean {
  isTried = true
  try {
    boot()
    return true
  } catch (error) {
    isTried = false
    return error instanceof CorsConfigError && error.problems.length > 0 && !/[\r\t]/.test(error.message)
  } finally {
    isTried = false
  }
}

test('whatever is handed in, nothing but a refusal is thrown', async t => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(options, written => throwsOnlyRefusals(() => {
    const chain = [readRegistration(written)]
    scopeDefault(chain, new PolicyCache())
    checkNamedPolicies(chain, new PolicyCache())
  }) && throwsOnlyRefusals(() => unfrozenPolicyOf(written))), runs)
  t.pass(`${runs.numRuns} values`)
})
