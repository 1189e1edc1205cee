import { LIGHT } from './theme.js'

export interface PointMark {
  readonly color: string
  /** Relative path data around the origin, about 6 × 6, for the non-zero fill rule: inner outlines run backwards. */
  readonly path: string
}

/** How classes of points look, in order: each has a colour and a shape of its own. */
export const POINT_MARKS: readonly PointMark[] = [
  { color: LIGHT.indigo, path: 'm-2.7 0a2.7 2.7 0 1 1 5.4 0a2.7 2.7 0 1 1-5.4 0z' },
  { color: LIGHT.orange, path: 'm0-3.5l3.4 6h-6.8z' },
  { color: LIGHT.navy, path: 'm-1-3.4h2v2.4h2.4v2h-2.4v2.4h-2v-2.4h-2.4v-2h2.4z' },
  { color: LIGHT.sky, path: 'm-2.4-2.4h4.8v4.8h-4.8z' },
  { color: LIGHT.brick, path: 'm0-3.6l3.1 3.6l-3.1 3.6l-3.1-3.6z' },
  {
    color: LIGHT.teal,
    path: 'm-3.2 0a3.2 3.2 0 1 1 6.4 0a3.2 3.2 0 1 1-6.4 0zm1.4 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0z',
  },
  {
    color: LIGHT.plum,
    path: 'm-3.1-1.7l1.4-1.4l1.7 1.7l1.7-1.7l1.4 1.4l-1.7 1.7l1.7 1.7l-1.4 1.4l-1.7-1.7l-1.7 1.7l-1.4-1.4l1.7-1.7z',
  },
  { color: LIGHT.stone, path: 'm0 3.5l-3.4-6h6.8z' },
  { color: LIGHT.olive, path: 'm-2.9-2.9h5.8v5.8h-5.8zm1.4 1.4v3h3v-3z' },
  { color: LIGHT.violet, path: 'm-3.6-1.1h7.2v2.2h-7.2z' },
]
