// Goes from page to page, each time as a step says, and at last to where the cases are. The server that
// a step leads to sends the browser back to where the next one begins.
const query = new URLSearchParams(window.location.search)
const [step, ...others] = JSON.parse(query.get('steps'))
const end = query.get('end')

const target = new URL(step.url)
target.searchParams.set('next', others.length === 0 ? end : placeOf(others))
if (step.kind === 'link') {
  const link = Object.assign(document.createElement('a'), { href: target.href })
  document.body.append(link)
  link.click()
} else {
  const form = Object.assign(document.createElement('form'), { method: step.kind, action: target.href })
  for (const [name, value] of target.searchParams) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  document.body.append(form)
  form.submit()
}

function placeOf (steps) {
  const url = new URL(steps[0].from)
  url.searchParams.set('steps', JSON.stringify(steps))
  url.searchParams.set('end', end)
  return url.href
}
