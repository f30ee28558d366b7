/** Plain data as one would write it in code: an object over several lines, anything else in one. */
export function codeOf (value: unknown, indent = ''): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`
  if (Array.isArray(value)) return `[${value.map((item) => codeOf(item)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return objectCode(Object.entries(value).map(([name, item]) => [name, codeOf(item, `${indent}  `)]), indent)
}

/** An object whose values are code already. */
export function objectCode (entries: ReadonlyArray<readonly [name: string, code: string]>, indent = ''): string {
  const lines = entries.map(([name, code]) => `${indent}  ${/^[a-z]\w*$/i.test(name) ? name : codeOf(name)}: ${code}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}
