const WIDTH = 760
const COLORS = { plugin: '#0b6e4f', 'hand-written': '#3a7ca5', 'fastify-cors': '#d1495b', '@fastify/cors': '#d1495b', others: '#6c757d', without: '#6c757d' }
const OTHERS = ['#7d5ba6', '#c98b1b', '#2a9d8f']
const FONT = 'font-family="system-ui, sans-serif" font-size="13"'

/** Horizontal bars: `groups` of `bars`, each with the quarter of the rounds on either side as a whisker. */
export function barChart ({ title, unit, groups, digits = 0 }) {
  const left = 190
  const right = 70
  const largest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value, high = value }) => Math.max(value, high))))
  const scale = (value) => Math.max(value, 0) / largest * (WIDTH - left - right)
  const kinds = [...new Set(groups.flatMap(({ bars }) => bars.map(({ kind }) => kind)))]
  const parts = []
  let y = 64
  for (const { name, bars } of groups) {
    parts.push(text(left - 10, y + bars.length * 9 + 4, name, 'end'))
    for (const { kind, value, low = value, high = value } of bars) {
      parts.push(`<rect x="${left}" y="${y}" width="${round(scale(value))}" height="14" fill="${colorOf(kind, kinds)}"/>`)
      if (high > low) parts.push(`<path d="M${round(left + scale(low))} ${y + 7}H${round(left + scale(high))}" stroke="#222" stroke-width="1.5"/>`)
      parts.push(text(left + scale(Math.max(value, high)) + 6, y + 12, format(value, digits)))
      y += 18
    }
    y += 12
  }
  return svg(y, [text(0, 18, `${title}, ${unit}`, 'start', 'bold'), legend(kinds, 42), ...parts])
}

/** Lines over a logarithmic axis; each of `series` has `points` of `[x, y]`. */
export function lineChart ({ title, unit, series, xLabel }) {
  const [left, top, width, height] = [70, 64, WIDTH - 110, 240]
  const xs = series.flatMap(({ points }) => points.map(([x]) => Math.log10(x)))
  const largest = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y))) * 1.1
  const px = (x) => round(left + (Math.log10(x) - Math.min(...xs)) / (Math.max(...xs) - Math.min(...xs)) * width)
  const py = (y) => round(top + height - Math.max(y, 0) / largest * height)
  const kinds = series.map(({ name }) => name)
  const ticks = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))]
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
    `<path d="M${left} ${py(part * largest)}h${width}" stroke="#ddd"/>`,
    text(left - 8, py(part * largest) + 4, format(part * largest, largest < 10 ? 1 : 0), 'end')
  ])
  parts.push(...ticks.map((x) => text(px(x), top + height + 20, x.toLocaleString('en'), 'middle')))
  parts.push(text(left + width / 2, top + height + 42, xLabel, 'middle'))
  for (const { name, points } of series) {
    const color = colorOf(name, kinds)
    parts.push(`<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.map(([x, y]) => `${px(x)},${py(y)}`).join(' ')}"/>`)
    parts.push(...points.map(([x, y]) => `<circle cx="${px(x)}" cy="${py(y)}" r="3.5" fill="${color}"/>`))
  }
  return svg(top + height + 54, [text(0, 18, `${title}, ${unit}`, 'start', 'bold'), legend(kinds, 42), ...parts])
}

function legend (kinds, y) {
  let x = 0
  return kinds.map((kind) => {
    const entry = `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colorOf(kind, kinds)}"/>${text(x + 18, y, kind)}`
    x += 34 + kind.length * 7.5
    return entry
  }).join('')
}

function colorOf (kind, kinds) {
  const unnamed = kinds.filter((other) => COLORS[other] === undefined)
  return COLORS[kind] ?? OTHERS[unnamed.indexOf(kind) % OTHERS.length]
}

function svg (height, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -8 ${WIDTH + 32} ${height + 16}" width="${WIDTH + 32}" ${FONT}>`,
    `<rect x="-16" y="-8" width="${WIDTH + 32}" height="${height + 16}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    ''
  ].join('\n')
}

function text (x, y, content, anchor = 'start', weight = 'normal') {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-weight="${weight}" fill="#222">${content.replaceAll('&', '&amp;')}</text>`
}

function format (value, digits) {
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

function round (value) {
  return Math.round(value * 10) / 10
}
