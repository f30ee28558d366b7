// Requests for the page that embeds this one, from the origin of this one. A classic script:
// it runs in documents whose origin is `null` as well.
const kinds = {
  fetch: (url, init) => fetch(url, init).then(({ status, type }) => type === 'opaque' ? 'opaque' : String(status), () => 'blocked'),

  /** A form that is sent into a frame. */
  form: (url, { method }) => inFrame((frame) => {
    const form = document.createElement('form')
    Object.assign(form, { method, action: url, target: frame.name })
    // A form that is sent with GET puts its fields in the place of the query.
    for (const [name, value] of new URL(url).searchParams) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
    document.body.append(form)
    form.submit()
    form.remove()
  }),

  frame: (url) => inFrame((frame) => { frame.src = url }),

  link: (url) => inFrame((frame) => {
    const link = Object.assign(document.createElement('a'), { href: url, target: frame.name })
    document.body.append(link)
    link.click()
    link.remove()
  }),

  image: async (url) => {
    const image = document.createElement('img')
    image.src = url
    await new Promise((resolve) => { image.onload = image.onerror = resolve })
    return 'loaded'
  },

  socket: async (url) => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    const said = await new Promise((resolve) => {
      socket.onmessage = () => { resolve('open') }
      socket.onclose = () => { resolve('refused') }
    })
    socket.close()
    return said
  }
}

let frames = 0

/** Navigates a frame of its own. */
async function inFrame (navigate) {
  const frame = Object.assign(document.createElement('iframe'), { name: `frame-${++frames}`, hidden: true })
  document.body.append(frame)
  // What was there before may say that it has loaded, too.
  const loaded = new Promise((resolve) => setTimeout(() => { frame.addEventListener('load', resolve, { once: true }); navigate(frame) }))
  await loaded
  frame.remove()
  return 'loaded'
}

window.addEventListener('message', async ({ data, source }) => {
  const { number, kind, url, init } = data
  if (number === undefined) return
  const text = await kinds[kind](url, init)
  source.postMessage({ number, text }, '*')
})
window.parent.postMessage({ ready: true }, '*')
