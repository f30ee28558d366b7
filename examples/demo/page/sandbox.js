// Runs in an iframe whose origin is `null`. A classic script: a module would need CORS itself.
const answer = (verdict, detail) => { window.parent.postMessage({ verdict, detail }, '*') }

fetch(window.location.hash.slice(1)).then(
  ({ status }) => { answer('allowed', `status ${status}`) },
  (error) => { answer('blocked', String(error)) }
)
