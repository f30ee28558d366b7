/** One request that a browser would make, for the table in the terminal. */
export interface Row {
  readonly method: string
  readonly url: string
  readonly origin: string
  readonly status: number
  /** The CORS headers of the answer. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly verdict: string
}

const HEAD = ['Method', 'URL', 'Origin', 'Status', 'CORS headers of the answer']

/** A table for a terminal: headers below each other, and what a browser makes of them. */
export function formatTable (rows: readonly Row[]): string {
  const blocks = rows.map(({ method, url, origin, status, headers, verdict }) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}`)
    if (lines.length === 0) lines.push('none')
    lines.push(`→ ${verdict}`)
    return lines.map((line, index) => [...(index === 0 ? [method, url, origin, String(status)] : ['', '', '', '']), line])
  })
  const widths = HEAD.map((title, column) => Math.max(title.length, ...blocks.flat().map((line) => line[column]?.length ?? 0)))
  const format = (line: readonly string[]): string => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('──')
  return [format(HEAD), rule, ...blocks.map((block) => block.map(format).join('\n') + '\n')].join('\n')
}
