import { describe, expect, test } from 'vitest'
import { diabolo, labelCurve, pretrain } from '../../src/app/classification.js'
import { type Dataset, dataset, slice } from '../../src/data/dataset.js'
import { stacked } from '../../src/model/recipes.js'
import type { FitEvent } from '../../src/train/events.js'
import { useNativeRuntime } from '../native.js'
import { samples } from '../train/streams.js'

const runtime = useNativeRuntime()
const [ROWS, SHAPE] = [60, [4, 4, 1]] as const
const labelled = (labelOf: (row: number) => number) =>
  dataset(samples(ROWS, SHAPE), { shape: SHAPE, labels: Int32Array.from({ length: ROWS }, (_, row) => labelOf(row)) })

/** With a list of what is told while something is learned. */
function classifying(data: Dataset) {
  const events: FitEvent[] = []
  const source = { name: 'made', origin: 'here', train: slice(data, 0, 40), test: slice(data, 40, ROWS) }
  return {
    events,
    how: { source, runtime: runtime(), seed: 1, onEvent: (event: FitEvent) => void events.push(event) },
  }
}

describe('a curve of few labels', () => {
  const KNOWN = { units: [6], pretrainEpochs: 0, epochs: 1, batchSize: 10 }
  const data = labelled((row) => row % 10)
  const known = () => stacked(KNOWN).fit(slice(data, 0, 40), { runtime: runtime(), seed: 1 })
  const learn = async (options: object) => {
    const { how, events } = classifying(data)
    const [point] = await labelCurve(await known(), how, { counts: [20], options })
    expect(point?.labels).toBe(20)
    const epochs = events.flatMap((event) => (event.type === 'epoch' && event.phase === 'classes' ? [event] : []))
    return { epochs: epochs.length / 2, steps: epochs[0]?.step }
  }

  test('is learned by the epochs and batches that are asked for', async () => {
    expect(await learn({ epochs: 1, batchSize: 20 })).toEqual({ epochs: 1, steps: 1 })
    expect((await learn({ epochs: 2 })).epochs).toBe(2)
  })

  test('otherwise by 1,500 steps at least, of a tenth of the labels', async () => {
    expect(await learn({})).toEqual({ epochs: 150, steps: 10 })
  })

  test('begins only when every number of labels fills a batch', async () => {
    const { how, events } = classifying(data)
    const curve = labelCurve(await known(), how, { counts: [40, 20], options: { batchSize: 30, epochs: 1 } })
    await expect(curve).rejects.toMatchObject({ code: 'E_OPTION', at: '--batch-size' })
    expect(events).toEqual([])
  })
})

describe('nothing is trained', () => {
  test('where a class has no samples', async () => {
    const { how, events } = classifying(labelled((row) => 2 * (row % 2)))
    await expect(diabolo(how, { units: [6], epochs: 1, batchSize: 10 })).rejects.toMatchObject({
      code: 'E_DATA',
      found: 'none of class 1',
    })
    expect(events).toEqual([])
  })

  test('to be taught classes that samples do not have', async () => {
    const { how, events } = classifying(dataset(samples(ROWS, SHAPE), { shape: SHAPE }))
    await expect(pretrain(how)).rejects.toMatchObject({ code: 'E_DATA' })
    expect(events).toEqual([])
  })
})
