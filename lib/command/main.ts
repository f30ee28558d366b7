#!/usr/bin/env node
import { run } from './command.ts'

const { exitCode, output, error } = await run(process.argv.slice(2)).catch((error: unknown) => {
  // Node prints what is wrong, and where; its exit code would say that a browser blocks the request.
  process.once('exit', () => { process.exitCode = 2 })
  throw error
})
process.stderr.write(error)
// An application may hold the process open, and a pipe may not have taken all yet.
process.stdout.write(output, () => { process.exit(exitCode) })
