import { sendBrowserRequests } from './browser-requests.ts'
import { startDemo } from './servers.ts'
import { formatTable } from './terminal-table.ts'

const demo = await startDemo()
const { page, api, other } = demo.origins

console.log(`\nAn API on ${api}, and what it answers to the requests of a browser:\n`)
console.log(formatTable(await sendBrowserRequests(demo.origins)))

if (process.argv.includes('--once')) {
  await demo.close()
} else {
  console.log(`See for yourself:     ${page}`)
  console.log(`Someone else's site:  ${other}`)
  console.log('Ctrl-C ends it.')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => { demo.close().then(() => { process.exit(0) }, () => { process.exit(1) }) })
  }
}
