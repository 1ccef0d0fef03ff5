// The captcha's picture: drawn by svg-captcha, bent, inked and turned into pixels.
import { Resvg } from '@resvg/resvg-js'
import svgCaptcha from 'svg-captcha'
import { between } from './random.ts'

const WIDTH = 160
const HEIGHT = 56
const SHARPNESS = 1.5 // pixels to each unit of the page; more would be sharper and heavier
const BEND = 3 // units; with more of it neighbours run into each other
const TINY = 0.3 // units: each point trembles by up to 0.1 on its own
const POINT = /([MLQC]?)(-?[\d.]+)[ ,]?(-?[\d.]+)[ ,]?/g // the first of each command comes with its letter
const INK = '#1f3a4d'
const PAPER = '#f4f6fb'
const FULL_TURN = 2 * Math.PI

// svg-captcha is itself the function that draws a given text; its types know just the helpers that choose one with Math.random.
const draw = svgCaptcha as unknown as (text: string, options: object) => string

/**
 * Draw a text as a PNG picture.
 * As SVG it could be read without looking: each letter has path commands of its own, and a list of them tells them all.
 * Pixels hold no commands; bending keeps a letter from having the same pixels twice.
 */
export function drawCaptcha(text: string): Buffer {
  const svg = draw(text, { width: WIDTH, height: HEIGHT, fontSize: 50, noise: 2, color: false })
  return new Resvg(bend(ink(svg)), {
    background: PAPER,
    fitTo: { mode: 'zoom', value: SHARPNESS },
    font: { loadSystemFonts: false }, // none is needed, and looking for them takes longer than all the rest
  })
    .render()
    .asPng()
}

// One ink for all: by a colour of its own each letter could be cut out. The outline makes the font's hollow letters readable.
function ink(svg: string): string {
  return svg
    .replace(/ fill="#\w+"/g, ` fill="${INK}" stroke="${INK}"`)
    .replace(/ stroke="#\w+"/g, ` stroke="${INK}"`)
}

// Moves every point along two waves that start anywhere.
function bend(svg: string): string {
  const across = wave(between(40, 60))
  const down = wave(between(50, 80))
  const move = (x: number, y: number) => `${(x + across(y)).toFixed(1)} ${(y + down(x)).toFixed(1)}`
  return svg.replace(/ d="([^"]*)"/g, (_all, path: string) => ` d="${movePoints(path, move)}"`)
}

// Between its curves the font has lines shorter than svg-captcha's own trembling: nobody sees them, and they are half of the work.
function movePoints(path: string, move: (x: number, y: number) => string): string {
  let [lastX, lastY] = [NaN, NaN]
  return path.replace(POINT, (_all, command: string, left: string, top: string) => {
    const [x, y] = [Number(left), Number(top)]
    const isTiny = Math.abs(x - lastX) < TINY && Math.abs(y - lastY) < TINY
    lastX = x
    lastY = y
    return command === 'L' && isTiny ? '' : `${command}${move(x, y)} `
  })
}

function wave(length: number): (at: number) => number {
  const start = between(0, length)
  return (at) => BEND * Math.sin((FULL_TURN * (at + start)) / length)
}
