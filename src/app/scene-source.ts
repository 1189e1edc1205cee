import { DiaboloError } from '../base/errors.js'
import type { Dataset } from '../data/dataset.js'
import { digits } from '../data/digits/index.js'
import { scenes } from '../data/scenes/index.js'
import { type MnistOptions, mnist } from '../node/mnist.js'
import type { Source } from './sources.js'

/** Scenes to train, to validate and to test on. */
export const SCENE_ROWS = { train: 10_000, validation: 1000, test: 2000 }

/** Built-in digits to choose from where MNIST is not here: rows of the endless set, none of them in two parts. */
const DIGITS_ROWS = { train: 20_000, validation: 2000, test: 4000 }

type Parts = Readonly<Record<keyof typeof SCENE_ROWS, Dataset>>

/**
 * Scenes of MNIST's digits, or of the built-in ones where MNIST is neither here nor can be downloaded. A part's scenes have
 * digits of the same part: none that are tested on were trained on.
 *
 * @param rows  to train on; of fewer than 10,000, so much fewer are validated and tested on
 */
export async function openScenes(seed: number, rows = SCENE_ROWS.train, options: MnistOptions = {}): Promise<Source> {
  const { parts, origin } = await digitParts(seed, options)
  // of few scenes to train on, no more are tested on than of many
  const part = Math.min(1, rows / SCENE_ROWS.train)
  const [validation, test] = [SCENE_ROWS.validation, SCENE_ROWS.test].map((all) =>
    Math.max(1, Math.ceil(part * all)),
  ) as [number, number]
  return {
    name: rows === SCENE_ROWS.train ? 'scenes' : `scenes:${rows}`,
    origin,
    train: scenes({ digits: parts.train, rows, seed }),
    validation: scenes({ digits: parts.validation, rows: validation, seed, from: rows }),
    test: scenes({ digits: parts.test, rows: test, seed, from: rows + validation }),
  }
}

async function digitParts(seed: number, options: MnistOptions): Promise<{ parts: Parts; origin: string }> {
  try {
    const { folder, ...parts } = await mnist(options)
    return { parts, origin: `drawn with the digits of ${folder}` }
  } catch (error) {
    if (!(error instanceof DiaboloError) || error.code !== 'E_OFFLINE') throw error
    const { train, validation, test } = DIGITS_ROWS
    const parts = {
      train: digits({ rows: train, seed }),
      validation: digits({ rows: validation, seed, from: train }),
      test: digits({ rows: test, seed, from: train + validation }),
    }
    return { parts, origin: 'drawn with the built-in digits, as MNIST is not on this machine' }
  }
}
