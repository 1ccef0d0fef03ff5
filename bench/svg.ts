// The frame of a chart: size, colours for light and dark, title, and how an element is written.

export const WIDTH = 760
export const LEFT = 150 // where bars begin
export const TOP = 56
export const BOTTOM = 12

const STYLE = `
  text { font: 14px system-ui, sans-serif; fill: #2b3440 }
  .title { font-weight: 600; font-size: 16px }
  .paper { fill: #ffffff }
  .ours { fill: #00796b; stroke: #00796b }
  .other { fill: #b0bac5 }
  .second { stroke: #a1530d }
  .third { stroke: #5b4fc4 }
  .line { fill: none; stroke-width: 2.5 }
  .whisker { stroke: #2b3440; stroke-width: 1.5 }
  .level { stroke: #d5dbe1 }
  .limit { stroke: #c62828; stroke-dasharray: 6 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #d7dde4 }
    .paper { fill: #11161c }
    .ours { fill: #2fb5a3; stroke: #2fb5a3 }
    .other { fill: #56616d }
    .second { stroke: #f0a35e }
    .third { stroke: #a79bff }
    .line { fill: none }
    .whisker { stroke: #d7dde4 }
    .level { stroke: #2c353f }
    .limit { stroke: #ff7b72 }
  }`

/** A whole picture of this height around its content. The title is also what a screen reader says. */
export function frame(title: string, height: number, content: string): string {
  const words = escape(title)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${words}">
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}" rx="8"/>
<text class="title" x="24" y="32">${words}</text>
${content}
</svg>
`
}

/** One element; numbers are cut to a tenth of a unit. */
export function element(
  name: string,
  attributes: Record<string, string | number>,
  content?: string,
): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}="${shortened(value)}"`)
  const start = [name, ...pairs].join(' ')
  return content === undefined ? `<${start}/>` : `<${start}>${content}</${name}>`
}

/** Text that may stand in an element or an attribute. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

/** A number as a chart shows it: three digits are as much as a run can tell. */
export function rangeText(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

function shortened(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(1))) : value
}
