import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { test } from 'tap'
import { CorsConfigError } from '../../lib/errors.ts'
import { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from '../../lib/options/schemas.ts'
import { readRegistration } from '../../lib/policy/registration-options.ts'
import { unfrozenPolicyOf } from '../fixtures/boot.ts'
import { propertyOptions } from '../fixtures/property.ts'

const SHAPE = ['unknown-option', 'invalid-type', 'max-age-range', 'status-range']

/** Whether booting finds nothing wrong with the shape of a value. */
function hasShape (boot: () => unknown): boolean {
  try {
    boot()
    return true
  } catch (error) {
    if (!(error instanceof CorsConfigError)) throw error
    return !error.problems.some(({ code }) => SHAPE.includes(code))
  }
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }), fc.boolean(), fc.integer({ min: -10, max: 90000 }), fc.integer({ min: 190, max: 310 }),
  fc.constantFrom('*', 'https://a.example', 'GET, PUT', 'no-store', 'info', '', ' ', '\n', 'é', 'Ā'), fc.array(fc.constantFrom('X-A', 'PUT', 'https://a.example', 3, null))
)
const blockOf = (keys: string[]): fc.Arbitrary<unknown> => fc.dictionary(fc.constantFrom(...keys, ...keys, ...keys, 'orgin'), odd, { maxKeys: 4 })
const policyKeys = Object.keys(CorsPolicySchema.properties)
const pluginKeys = Object.keys(CorsPluginOptionsSchema.properties)

const cases: Array<[what: string, schema: TSchema, values: fc.Arbitrary<unknown>, boot: (value: unknown) => unknown]> = [
  ["the plugin's options", CorsPluginOptionsSchema, blockOf(pluginKeys), readRegistration],
  ['a named policy', CorsPolicySchema, fc.oneof({ weight: 9, arbitrary: blockOf(policyKeys) }, odd), value => readRegistration({ policies: { p: value } })],
  ["a route's block", RouteCorsSchema, fc.oneof({ weight: 9, arbitrary: blockOf([...policyKeys, 'policy']) }, odd), unfrozenPolicyOf]
]

for (const [what, schema, values, boot] of cases) {
  test(`the schema and the boot check agree on the shape of ${what}`, async t => {
    const runs = propertyOptions(t, 1500)
    fc.assert(fc.property(values, value => Value.Check(schema, value) === hasShape(() => boot(value))), runs)
    t.pass(`${runs.numRuns} values`)
  })
}
