import { Value } from '@sinclair/typebox/value'
import { test } from 'tap'
import { defineRouteCors } from '../../lib/options/types.ts'
import { CorsPolicySchema } from '../../lib/options/schemas.ts'
import { unfrozenPolicyOf } from '../fixtures/boot.ts'

test('a JSON file that passes the schema works', async t => {
  const file = JSON.parse('{ "origin": ["https://a.example"], "methods": "PUT", "credentials": true, "maxAge": 600 }')
  t.ok(Value.Check(CorsPolicySchema, file))
  t.equal(unfrozenPolicyOf(file).maxAge, 600)
})

test('defineRouteCors returns what it is given', async t => {
  const cors = { maxAge: 600 }
  t.equal(defineRouteCors(cors), cors)
})
