import t from 'tap'

import { remember, rememberLast } from '../../lib/policy/origin-rule.ts'

function counted (answer: (origin: string) => boolean): { matches: (origin: string) => boolean, asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    matches: remember((origin) => {
      asked.push(origin)
      return answer(origin)
    })
  }
}

t.test('an origin is matched once, whatever the answer', async (t) => {
  const { matches, asked } = counted((origin) => origin === 'https://a.example')
  t.strictSame(['https://a.example', 'https://b.example', 'https://a.example', 'https://b.example'].map(matches), [true, false, true, false])
  t.strictSame(asked, ['https://a.example', 'https://b.example'])
})

t.test('the 257th origin makes it forget those before', async (t) => {
  const { matches, asked } = counted(() => true)
  for (let i = 0; i < 257; i++) matches(`https://${i}.example`)
  matches('https://256.example')
  t.equal(asked.length, 257)
  matches('https://0.example')
  t.equal(asked.length, 258)
})

t.test('what is too long for an origin is not kept', async (t) => {
  const { matches, asked } = counted(() => false)
  const long = `https://${'a'.repeat(300)}`
  t.strictSame([matches(long), matches(long)], [false, false])
  t.strictSame(asked, [long, long])
})

t.test('the last origin is not looked for again', async (t) => {
  const asked: string[] = []
  const matches = rememberLast((origin) => {
    asked.push(origin)
    return origin === 'https://a.example'
  })
  const origins = ['https://a.example', 'https://a.example', 'https://b.example', 'https://b.example', '', 'https://a.example']
  t.strictSame(origins.map(matches), [true, true, false, false, false, true])
  t.strictSame(asked, ['', 'https://a.example', 'https://b.example', '', 'https://a.example'])
})
