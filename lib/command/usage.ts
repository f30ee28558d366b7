/** Arguments that make no command. */
export class UsageError extends Error {}

export const USAGE = `Usage: fastify-route-cors report APP [--markdown | --json]
       fastify-route-cors explain APP --from ORIGIN [METHOD] URL [options]

APP is a file that exports a Fastify plugin or instance, as default or with
module.exports; the options of the instance made for a plugin may be exported
as 'options'.

report    the CORS policy of every route, and where each option was set
explain   whether a page of ORIGIN may make a request, and why; METHOD is GET
          unless it is given

Options of explain:
  --header 'NAME: VALUE'   a header that the page's script sets; may be repeated
  --credentials            with cookies, as fetch() with credentials: 'include'
  --host HOST              the Host header, for routes with a host constraint

  --json                   data instead of text
  --help                   this text

Exit code: 0, 1 where a browser would block the request, 2 where the question
could not be answered.
`
