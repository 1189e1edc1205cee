export type Theme = 'light' | 'dark'

/** A colour by its role, as six-digit lower-case hex. Text colours reach 4.5 : 1 on both grounds, line colours 3 : 1. */
export const COLORS = {
  page: { light: '#f7f6f3', dark: '#111317' },
  surface: { light: '#ffffff', dark: '#1a1d23' },
  ink: { light: '#1b1f26', dark: '#e9ebef' },
  muted: { light: '#5b6370', dark: '#a6aeba' },
  axis: { light: '#868e9a', dark: '#717a87' },
  grid: { light: '#e6e7ea', dark: '#2c3139' },
  border: { light: '#b3b9c2', dark: '#20242b' },
  blue: { light: '#0a66b7', dark: '#63b3f3' },
  vermilion: { light: '#bf4a12', dark: '#ff935c' },
  green: { light: '#0b7a5c', dark: '#45cba2' },
  purple: { light: '#8446a6', dark: '#d49bef' },
  // Classes of points. Any two are at least 0.08 apart in Oklab, also as seen without red, green or blue cones.
  navy: { light: '#1e293e', dark: '#838b97' },
  orange: { light: '#db6a21', dark: '#db7a47' },
  sky: { light: '#6690eb', dark: '#639cff' },
  olive: { light: '#334602', dark: '#b4f953' },
  violet: { light: '#8553eb', dark: '#7b5aa1' },
  teal: { light: '#2e7588', dark: '#67d4ea' },
  brick: { light: '#9d4c4d', dark: '#a0554b' },
  stone: { light: '#8f8c78', dark: '#c8c26b' },
  indigo: { light: '#2c39c0', dark: '#006be1' },
  plum: { light: '#68287b', dark: '#fcf0fe' },
} as const satisfies Record<string, Readonly<Record<Theme, string>>>

export type ColorName = keyof typeof COLORS

const NAMES = Object.keys(COLORS) as ColorName[]

/** Figures are drawn in these; the style sheet they carry turns each into its dark counterpart. */
export const LIGHT = Object.fromEntries(NAMES.map((name) => [name, COLORS[name].light])) as {
  readonly [Name in ColorName]: (typeof COLORS)[Name]['light']
}

export interface LineStyle {
  readonly color: string
  /** Lengths drawn and left out in turn; none for a solid line. */
  readonly dash: readonly number[]
}

/** Lines of a chart in order. Neighbours differ in lightness or hue for colour-blind readers too, and in their dashes. */
export const LINE_STYLES: readonly LineStyle[] = [
  { color: LIGHT.blue, dash: [] },
  { color: LIGHT.vermilion, dash: [7, 3] },
  { color: LIGHT.green, dash: [2, 3] },
  { color: LIGHT.purple, dash: [9, 3, 2, 3] },
  { color: LIGHT.teal, dash: [14, 3] },
  { color: LIGHT.olive, dash: [5, 2, 2, 2, 2, 2] },
]

export const FIGURE_CLASS = 'diabolo-figure'
export const FONT = 'system-ui, sans-serif'
/** Of chart labels, in the figure's own pixels. */
export const TEXT_SIZE = 12.5

/**
 * The style sheet of a figure with these elements. Presentation attributes give the light theme to every viewer, also to
 * those without CSS; attribute selectors override them on a dark screen. Paper stays light.
 */
export function figureStyle(elements: string): string {
  const rules = NAMES.flatMap((name) =>
    ['fill', 'stroke']
      .filter((paint) => elements.includes(` ${paint}="${COLORS[name].light}"`))
      .map((paint) => `.${FIGURE_CLASS} [${paint}="${COLORS[name].light}"]{${paint}:${COLORS[name].dark}}`),
  )
  return `<style>.${FIGURE_CLASS} image{image-rendering:pixelated}@media screen and (prefers-color-scheme:dark){${rules.join('')}}</style>`
}

/**
 * The same figure in one theme, in plain attributes without a style sheet, as a rasteriser needs it.
 *
 * @param svg  the `svg` of a figure
 */
export function resolveTheme(svg: string, theme: Theme): string {
  const plain = svg.replace(/<style>[^<]*<\/style>/, '')
  if (theme === 'light') return plain
  const darkOf = new Map<string, string>(NAMES.map((name) => [COLORS[name].light, COLORS[name].dark]))
  return plain.replace(
    / (fill|stroke)="(#[0-9a-f]{6})"/g,
    (_, paint: string, color: string) => ` ${paint}="${darkOf.get(color) ?? color}"`,
  )
}
