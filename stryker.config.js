// Changes the code in lib/ at thousands of places, one at a time, and runs the tests on it: what none of them notices
// is a mistake that nobody would see. `npm run test:mutants`, see CONTRIBUTING.md.
import { sampleOf } from './scripts/mutants/sample.js'

const { MUTANTS } = process.env
/** `lib/index.ts` names exports and does nothing; what the model says in words is read by people. */
const ALL = ['lib/**/*.ts', '!lib/index.ts', '!lib/browser/reasons.ts']
const [mutate, name] = MUTANTS === 'sample' ? [sampleOf('lib'), 'sample'] : [MUTANTS === undefined ? ALL : [...MUTANTS.split(','), ...ALL.slice(1)], 'all']

export default {
  mutate,
  plugins: ['./scripts/mutants/runner.js'],
  testRunner: 'in-process',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings', '--import=./test/fixtures/use-source.js'],
  /** Of test/, by their folders. Left out are those that compile, count work, or draw cases by chance, and those of other packages. */
  tests: {
    folders: ['answers', 'command', 'compile', 'decisions', 'fetch', 'known-failures', 'live', 'options', 'origins', 'questions', 'routes', 'testing', 'validate', 'warnings'],
    files: ['test/boot.test.ts', 'test/hostile.test.ts', 'test/routes/late-import.alone.test.ts'],
    /** Each in a process of its own, which takes seconds: for the folders of lib/ that it is about. */
    alone: { 'test/command/run.test.ts': ['command'], 'test/routes/late-import.alone.test.ts': ['routes'] },
    /** What takes long, and is about some folders alone. */
    only: { 'test/testing/vectors.test.ts': ['browser', 'fetch'] },
    without: ['test/answers/leaks.test.ts', 'test/answers/work.test.ts', 'test/options/messages.test.ts', 'test/testing/random.test.ts']
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  maxTestRunnerReuse: 300,
  // The runner ends what hangs, test file by test file; what all of them pass by is no such thing, and takes long.
  timeoutMS: 300_000,
  timeoutFactor: 1,
  // Not of each process that a mutant has hung.
  logLevel: 'error',
  dryRunTimeoutMinutes: 10,
  // A first line that says so to TypeScript would move all others, which the tests name.
  disableTypeChecks: false,
  incremental: name === 'all',
  incrementalFile: 'build/mutants/incremental.json',
  tempDirName: 'build/mutants/tmp',
  ignorePatterns: ['build', 'dist', '.tap', 'bench', 'compat'],
  reporters: ['progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `build/mutants/${name}.html` },
  jsonReporter: { fileName: `build/mutants/${name}.json` }
}
