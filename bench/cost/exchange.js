/** As much of a request as Fastify looks at. */
export class Request {
  httpVersionMajor = 1
  socket = undefined

  constructor (method, url, headers) {
    this.method = method
    this.url = url
    this.headers = headers
  }

  on () { return this }
  once () { return this }
}

/**
 * As much of a response as Fastify needs, without a socket behind it. A head is
 * kept and not serialised: what that costs is the same for all compared apps.
 */
export class Response {
  statusCode = 200
  headersSent = false
  writableEnded = false
  head = undefined
  body = undefined

  writeHead (statusCode, head) {
    this.statusCode = statusCode
    this.head = head
    this.headersSent = true
    return this
  }

  end (body) {
    this.body = body
    this.writableEnded = true
    return this
  }

  getHeader () { return undefined }
  getHeaderNames () { return [] }
  hasHeader () { return false }
  removeHeader () {}
  setHeader () { throw new Error('a benchmark sets no header on the raw response') }
  on () { return this }
  once () { return this }
}
