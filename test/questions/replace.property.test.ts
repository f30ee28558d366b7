import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { corsOf as questionsOf, type CorsPluginOptions } from '../../lib/index.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { buildTable, routeTables, tableRequests, withoutHalves, type TableRequest } from '../fixtures/route-tables.ts'

const RUNS = 30

const own = fc.record({
  origin: fc.constantFrom<CorsPluginOptions['origin'][]>('*', true, false, APP, [APP, 'https://other.example'], async (origin: string) => origin === APP),
  methods: fc.constantFrom(undefined, ['GET', 'PUT']),
  allowedHeaders: fc.constantFrom(true, false, ['X-Test']),
  enforce: fc.boolean(),
  strictPreflight: fc.boolean(),
  preflightContinue: fc.boolean()
})

const selection = fc.constantFrom({}, {
  policies: { other: { origin: EVIL, maxAge: 9 } },
  select: ({ host }: { host: string }) => host === 'one.example' ? 'other' : undefined,
  vary: 'X-Tenant'
})

const options = fc.tuple(own, selection).map(([own, selection]) => ({ ...own, ...selection }) as CorsPluginOptions)

async function answersOf (app: FastifyInstance, requests: readonly TableRequest[]): Promise<unknown[]> {
  const answers: unknown[] = [questionsOf(app).report()]
  for (const { method, url, host } of requests) {
    for (const origin of [APP, EVIL]) {
      answers.push(await seen(app, method, url, { origin, host }), await seenPreflight(app, method, url, { origin, host }))
    }
  }
  return answers
}

t.test('an application whose options were replaced is one that booted with them', async (t) => {
  await fc.assert(fc.asyncProperty(routeTables, tableRequests, options, options, fc.boolean(), async (random, requests, before, after, global) => {
    const table = await withoutHalves(random)
    const [replaced, booted] = await Promise.all([before, after].map(async (options) =>
      await buildTable(table, (app) => { app.register(cors, { ...options, global }) })) as [Promise<FastifyInstance>, Promise<FastifyInstance>])
    try {
      await questionsOf(replaced).replace(after)
      assert.deepEqual(await answersOf(replaced, requests), await answersOf(booted, requests))
      await questionsOf(booted).replace(before)
      await questionsOf(replaced).replace(before)
      assert.deepEqual(await answersOf(replaced, requests), await answersOf(booted, requests))
    } finally {
      await replaced.close()
      await booted.close()
      await setImmediate()
    }
  }), propertyOptions(t, RUNS))
  t.pass('no difference')
})
