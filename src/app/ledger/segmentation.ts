import type { Dataset } from '../../data/dataset.js'
import { SCENE_CLASSES } from '../../data/scenes/index.js'
import type { Autoencoder } from '../../model/autoencoder.js'
import { estimator } from '../../model/estimator.js'
import type { Segmentation } from '../../model/segmentation.js'
import { RECIPES } from '../../recipes/index.js'
import { drawSegmentation } from '../segmentation.js'
import { openSource } from '../sources.js'
import { type LedgerContext, type LedgerEntry, type LedgerPart, mean, timed } from './row.js'

const WAYS = ['indices', 'resize'] as const
type Way = (typeof WAYS)[number]

const WORDS: Readonly<Record<Way, string>> = {
  indices: 'values back where the maxima were',
  resize: 'the same network, growing by repeated pixels',
}

/** A network that was trained one way, and measured on the test scenes. */
interface Trained {
  readonly seed: number
  readonly way: Way
  readonly model: Autoencoder
  readonly found: Segmentation
  readonly seconds: number
}

export const segmentation: LedgerPart = {
  summary: 'classes of pixels: a decoder that unpools by indices, and one that repeats pixels',
  measure: (context) => measureSegmentation(context),
}

/**
 * @param data     scenes, by the name that `openSource` takes
 * @param options  of both networks
 */
export async function measureSegmentation(
  { runtime, seeds, note }: LedgerContext,
  data = 'scenes',
  options: Parameters<typeof RECIPES.segnet.spec>[1] = {},
): Promise<LedgerEntry> {
  const all: Trained[] = []
  let test: Dataset | undefined
  for (const seed of seeds) {
    const source = await openSource(data, seed)
    test ??= source.test
    for (const unpool of WAYS) {
      const { value: model, seconds } = await timed(() =>
        estimator(RECIPES.segnet)({ ...options, unpool }).fit(source.train, { seed, runtime }),
      )
      const { segmentation: found } = await model.evaluate(source.test)
      if (!found) continue
      all.push({ seed, way: unpool, model, found, seconds })
      note(`segnet: seed ${seed}, ${unpool}: mean IoU ${found.meanIou.toFixed(3)}, ${seconds.toFixed(0)} s`)
    }
  }
  const [first] = seeds
  const models = all
    .filter(({ seed }) => seed === first)
    .map(({ way, model }) => ({ name: `told by ${way === 'indices' ? 'indices' : 'repeated pixels'}`, model }))
  const figure = test && (await drawSegmentation({ id: 'ledger-segnet', test, input: test, models }))
  return {
    rows: WAYS.map((way) => rowOf(way, all)),
    tables: [byClass(all)],
    ...(figure && { figures: [figure] }),
  }
}

const iouOf = (way: Way, all: readonly Trained[]) =>
  all.filter((each) => each.way === way).map(({ found }) => found.meanIou)

function rowOf(way: Way, all: readonly Trained[]): LedgerEntry['rows'][number] {
  const own = all.filter((each) => each.way === way)
  const ious = iouOf(way, all)
  const other = mean(iouOf('resize', all))
  return {
    what: `Scenes of digits, ${WORDS[way]}: mean intersection over union`,
    source: 'none: Badrinarayanan et al. (2017) had other data',
    published: '-',
    ours: `${mean(ious).toFixed(3)} (${ious.map((value) => value.toFixed(3)).join(', ')})`,
    ...(way === 'indices'
      ? { bar: `above ${other.toFixed(3)}, of repeated pixels`, met: mean(ious) > other }
      : { met: null }),
    words: `${(100 * mean(own.map(({ found }) => found.pixelAccuracy))).toFixed(2)}% of the pixels are right; seeds ${own.map(({ seed }) => seed).join(', ')}`,
    command: `diabolo train segnet --unpool ${way} --seed ${own[0]?.seed ?? 1}`,
    seconds: mean(own.map(({ seconds }) => seconds)),
  }
}

function byClass(all: readonly Trained[]) {
  const of = (way: Way, k: number) =>
    mean(all.filter((each) => each.way === way).flatMap(({ found }) => found.iou[k] ?? []))
  return {
    title: 'Scenes of digits: intersection over union by class',
    head: ['class', 'indices', 'repeated pixels'],
    lines: SCENE_CLASSES.map((name, k) => [name, of('indices', k), of('resize', k)] as const),
  }
}
