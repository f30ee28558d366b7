import type { HeaderLines } from '../fetch/headers.ts'
import type { Seen, TraceEntry } from './types.ts'

/** What happened, for a person to read: the verdict, the reason, every exchange. */
export function formatSeen ({ verdict, reason, trace, notes }: Seen): string {
  const lines = [reason === undefined ? verdict : `${verdict}: ${reason.code}`]
  if (reason !== undefined) lines.push(`  ${reason.message}`)
  for (const entry of trace) lines.push(...formatEntry(entry))
  for (const note of notes) lines.push(`note: ${note}`)
  return lines.join('\n')
}

function formatEntry ({ method, url, why, headers, answer }: TraceEntry): string[] {
  return [
    `${method} ${url} (${why})`,
    ...formatHeaders(headers, '  > '),
    answer === undefined ? '  < no answer' : `  < ${answer.status}`,
    ...formatHeaders(answer?.headers ?? [], '  < ')
  ]
}

function formatHeaders (headers: HeaderLines, prefix: string): string[] {
  return headers.map(([name, value]) => `${prefix}${name}: ${value}`)
}
