import { diabolo, labelCurve, pretrain, resultOf, tune } from '../classification.js'
import { openSource } from '../sources.js'
import { FEW, fewLabelsRow } from './few-labels.js'
import { type LedgerPart, percent, timed } from './row.js'

/** Stacked denoising autoencoders of three layers on MNIST, test error in per cent; what ours has to reach. */
const VINCENT = 1.28
const TUNED = 1.6

/** Per cent of the test images that one autoencoder a class may take for another. */
const DIABOLO = 3

export const classes: LedgerPart = {
  summary: 'classes of MNIST: pretrained and fine-tuned, few labels, one autoencoder a class',
  async measure({ runtime, seeds: [seed = 1], note }) {
    const source = await openSource('mnist', seed)
    const how = { source, runtime, seed }
    const stack = await timed(() => pretrain(how))
    note(`pretrained in ${stack.seconds.toFixed(0)} s`)
    const tuned = await timed(async () => {
      const model = await tune(stack.value, how, {})
      return resultOf((await model.classify(source.test)).labels, source.test).error
    })
    note(`fine-tuned: ${percent(tuned.value)}`)
    const curve = await timed(() => labelCurve(stack.value, how, { counts: [100, FEW, 10_000], options: {} }))
    const few = curve.value.find(({ labels }) => labels === FEW)
    note(`few labels: ${curve.value.map(({ labels, pretrained }) => `${labels}: ${percent(pretrained)}`).join(', ')}`)
    const divided = await timed(async () => {
      const classifier = await diabolo(how)
      return resultOf(await classifier.classify(source.test), source.test).error
    })
    return {
      rows: [
        {
          what: 'MNIST, pretrained denoising layers, fine-tuned: test error',
          source: 'Vincent et al. (2010)',
          published: `${VINCENT}%`,
          bar: `${TUNED}%`,
          ours: percent(tuned.value),
          met: tuned.value <= TUNED / 100,
          command: 'diabolo classify fine-tune --seed 1',
          seconds: stack.seconds + tuned.seconds,
        },
        fewLabelsRow('MNIST, denoising layers', few, {
          command: 'diabolo classify curve --seed 1',
          seconds: stack.seconds + curve.seconds,
        }),
        {
          what: 'MNIST, one autoencoder a class, the smallest error wins: test error',
          source: 'Schwenk (1998)',
          published: '-',
          bar: `${DIABOLO}%`,
          ours: percent(divided.value),
          met: divided.value <= DIABOLO / 100,
          command: 'diabolo classify diabolo --seed 1',
          seconds: divided.seconds,
        },
      ],
      tables: [
        {
          title: 'Test errors by labels, MNIST',
          head: ['labels', 'pretrained', 'not pretrained'],
          lines: curve.value.map((point) => [point.labels, point.pretrained, point.drawn]),
        },
      ],
    }
  },
}
