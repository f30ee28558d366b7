import { startDemo } from '../../examples/demo/servers.ts'
import { casesApi } from './api.ts'
import { openPage, SILENCE_MS } from './browser.ts'
import type { Launcher } from './engines.ts'
import type { Result } from './page/case.ts'
import { navigations, startOf } from './page/navigations.ts'
import { casesPage, Watch } from './watch.ts'

const PAGE = '/cases/test/browsers/page/index.html'

/** Runs every case in a browser, with a server and a profile of its own. */
export async function runSuite (name: string, launcher: Launcher, executable: string, silence = SILENCE_MS): Promise<readonly Result[]> {
  const watch = new Watch<Result>(name, silence)
  const demo = await startDemo({ port: 0, api: casesApi, page: () => casesPage(watch) })
  try {
    const cases = `${demo.origins.page}${PAGE}?engine=${launcher.engine}`
    return await openPage({ name, launcher, executable }, startOf(navigations(demo.origins), cases), watch)
  } finally {
    await demo.close()
  }
}
