// Requests for the page that embeds this one, from the origin of this one. A classic script:
// it runs in documents whose origin is `null` as well.
window.addEventListener('message', async ({ data, source }) => {
  const { number, url, init } = data
  const text = await fetch(url, init).then(({ status, type }) => type === 'opaque' ? 'opaque' : String(status), () => 'blocked')
  source.postMessage({ number, text }, '*')
})
window.parent.postMessage({ ready: true }, '*')
