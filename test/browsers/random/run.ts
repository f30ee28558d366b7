import { isDeepStrictEqual } from 'node:util'

import { answerTo, randomCases, type Origins, type RandomCase } from '../../fixtures/random-cases.ts'
import { policyCases } from '../../fixtures/random-policies.ts'
import { openPage, SILENCE_MS, type Installed } from '../browser.ts'
import type { Observed, PageCase } from '../page/observed.ts'
import { casesPage, Watch } from '../watch.ts'
import { linesOfBrowser, linesOfModel } from './lines.ts'
import { model, type Behind } from './model.ts'
import { startServers, type Servers } from './servers.ts'
import { openSites } from './sites.ts'

const PAGE = '/cases/test/browsers/page/random.html'

/** A request that a browser and the model judge differently, or make differently. */
export interface Disagreement {
  readonly id: string
  readonly request: string
  readonly browser: readonly string[]
  readonly model: readonly string[]
}

/** How many cases there are: half of them are answers of any kind, half of them policies of the plugin. */
export interface Draw {
  readonly seed: number
  readonly count: number
}

/** Makes the same random requests in a browser and with `simulate`. */
export async function runRandomCases (browser: Installed, { seed, count }: Draw): Promise<readonly Disagreement[]> {
  const watch = new Watch<Observed>(browser.name, SILENCE_MS)
  const sites = await openSites()
  const { origins } = sites
  const answers = randomCases(seed, Math.ceil(count / 2))
  const policies = policyCases(seed, Math.floor(count / 2), origins)
  const cases: PageCase[] = [
    ...answers.map(({ id, server, request }) => ({ id, url: `${origins[server]}/${id}`, request })),
    ...policies.map(({ id, server, path, request }) => ({ id, url: `${origins[server]}/${id}${path}`, request }))
  ]
  const servers = await startServers(sites, answers, policies, async (app) => {
    await app.register(casesPage(watch))
    app.get('/cases/random.json', async () => cases)
  })
  try {
    const observed = await openPage(browser, origins.P + PAGE, watch)
    const byId = new Map(observed.map((each) => [each.id, each]))
    const compared = await Promise.all(cases.map(async (each, index) => {
      const seen = await model(each, behind(answers[index], origins, servers), origins, browser.launcher)
      return compare(each, byId.get(each.id) as Observed, servers, await linesOfModel(seen, each))
    }))
    return compared.flatMap((each) => each ?? [])
  } finally {
    await servers.close()
    await sites.close()
  }
}

/** The model's way to the same servers: those of an answer as a function, those of a policy as applications. */
function behind (answer: RandomCase | undefined, origins: Origins, { apps }: Servers): Behind {
  if (answer !== undefined) return { target: (exchange) => answerTo(answer, exchange, origins), servers: {} }
  return { target: apps.A, servers: { [origins.P]: apps.P, [origins.A]: apps.A, [origins.L]: apps.L } }
}

function compare (each: PageCase, observed: Observed, { wire }: Servers, fromModel: readonly string[]): Disagreement | undefined {
  const fromBrowser = linesOfBrowser(observed, wire.of(each.id), each)
  if (isDeepStrictEqual(fromBrowser, fromModel)) return undefined
  return { id: each.id, request: `${each.url} ${JSON.stringify(each.request)}`, browser: fromBrowser, model: fromModel }
}
