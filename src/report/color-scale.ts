export type Rgb = readonly [red: number, green: number, blue: number]

/** Hues of the two ends, in degrees of Oklab: blue and vermilion stay apart for every common colour blindness. */
const NEGATIVE = 255
const POSITIVE = 42

/**
 * Colour of `t` in [−1, 1]: blue below 0, near white at 0, vermilion above. `t` and `−t` have the same lightness and
 * chroma in Oklab (Ottosson 2020), so neither sign looks stronger.
 *
 * @returns sRGB bytes
 */
export function divergingColor(t: number): Rgb {
  const size = Math.min(1, Math.abs(t))
  const lightness = 0.975 - 0.545 * size
  const chroma = 0.125 * Math.sin((Math.PI / 2) * Math.min(1, size * 1.25))
  return oklchToRgb(lightness, chroma, ((t < 0 ? NEGATIVE : POSITIVE) * Math.PI) / 180)
}

/**
 * Colour of `t` in [0, 1]: from near black over violet and red to pale yellow. Lightness in Oklab rises evenly, so that
 * the order survives every colour blindness and a grey print.
 *
 * @returns sRGB bytes
 */
export function sequentialColor(t: number): Rgb {
  const size = Math.min(1, Math.max(0, t))
  const chroma = 0.15 * Math.sin(Math.PI * (0.12 + 0.74 * size))
  return oklchToRgb(0.16 + 0.81 * size, chroma, ((285 + 175 * size) * Math.PI) / 180)
}

/** Ottosson, "A perceptual color space for image processing" (2020): Oklab to linear sRGB. `hue` in radians. */
function oklchToRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos(hue)
  const b = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encodeGamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encodeGamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encodeGamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

/** Linear light to an sRGB byte (IEC 61966-2-1). */
function encodeGamma(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear))
  const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
  return Math.round(encoded * 255)
}
