import t from 'tap'

import { PolicyCache } from '../../lib/policy/policy.ts'
import { policyOf } from '../fixtures/boot.ts'
import { Watched } from '../fixtures/live.ts'

const APP = 'https://app.example.com'

t.test('blocks with the same lists become one policy, whatever their order', async (t) => {
  const cache = new PolicyCache()
  const { origins } = new Watched([])
  const { origins: others } = new Watched([])
  const policy = policyOf({ origin: [origins, APP] }, {}, cache)
  t.equal(policyOf({ origin: [APP, origins, origins] }, {}, cache), policy)
  t.not(policyOf({ origin: [APP, others] }, {}, cache), policy)
  t.not(policyOf({ origin: [APP] }, {}, cache), policy)
})

t.test('what credentials leave out of a list is no part of a policy without', async (t) => {
  const uses: unknown[] = []
  const cache = new PolicyCache(({ source, ...use }) => { uses.push(use) })
  const { origins } = new Watched([])
  const plain = policyOf({ origin: origins }, {}, cache)
  t.equal(policyOf({ origin: origins, maxAge: 5 }, {}, cache).origin, plain.origin)
  t.not(policyOf({ origin: origins, credentials: true }, {}, cache).origin, plain.origin)
  policyOf({ origin: origins, credentials: true, dangerouslyAllowInsecureOrigins: true }, {}, cache)
  t.strictSame(uses, [
    { from: 'route', refuses: { insecure: false, publicSuffix: false } },
    { from: 'route', refuses: { insecure: true, publicSuffix: true } },
    { from: 'route', refuses: { insecure: false, publicSuffix: true } }
  ])
})

t.test('a refused value that is live origins is shown as such', async (t) => {
  const { origins } = new Watched([])
  t.throws(() => policyOf({ maxAge: origins }), { message: /must be an integer from 0 to 86400, got live origins \(0 origins, not loaded yet\)/ })
})
