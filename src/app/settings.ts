import type { Spec } from '../compile/spec.js'
import type { Fact } from '../report/table.js'
import { corruptionOf, type Summary } from './training-run.js'

/** What was decided before training, and what it came to, for people. */
export function settingsOf({ spec, test, parameters, steps }: Summary): readonly Fact[] {
  const phases = spec.phases.filter((phase) => phase.kind === 'descend')
  const last = phases.at(-1)
  const corruption = corruptionOf(spec)
  const [penalty] = last?.penalties ?? []
  const { activity } = test
  return [
    { label: 'Layers', value: [...spec.encoder, ...spec.decoder].map(nameOfLayer).join(' – ') },
    { label: 'Learned numbers', value: parameters },
    ...(last
      ? [
          {
            label: 'Optimizer',
            value: `${last.optimizer.name}, rate ${last.optimizer.learningRate}, ${last.schedule.name}`,
          },
          { label: 'Epochs', value: phases.map(({ epochs }) => epochs).join(' + ') },
          { label: 'Batch', value: last.batchSize },
          { label: 'Steps', value: steps },
        ]
      : []),
    ...(corruption
      ? [
          {
            label: 'Noise',
            value: `${corruption.type} ${strengthOf(corruption)}, ${corruption.fresh ? 'fresh every epoch' : 'drawn once'}`,
          },
        ]
      : []),
    ...(penalty ? [{ label: 'Sparsity', value: `ρ ${penalty.rho}, weight ${penalty.weight}` }] : []),
    ...(activity
      ? [
          {
            label: 'Units of the code',
            value: `${Math.round(100 * activity.sparse)}% below 0.1, ${activity.dead} dead, ${activity.saturated} saturated`,
          },
        ]
      : []),
    test.segmentation
      ? { label: 'Mean intersection over union', value: test.segmentation.meanIou }
      : {
          label: 'Error',
          value: `${test.mse.toPrecision(3)} ${test.columns ? 'per value that is there' : 'MSE per value'}`,
        },
  ]
}

function nameOfLayer(layer: Spec['encoder'][number]): string {
  if (layer.type === 'dense') return `${layer.units}${layer.tied ? ' tied' : ''}`
  if (layer.type === 'conv2d' || layer.type === 'convTranspose2d') return `${layer.type} ${layer.filters}`
  if (layer.type === 'maxUnpool2d') return `unpool ${layer.size.join('×')}`
  return layer.type === 'resize2d' ? `${layer.mode} ${layer.size.join('×')}` : layer.type
}

function strengthOf(corruption: NonNullable<ReturnType<typeof corruptionOf>>): number {
  switch (corruption.type) {
    case 'gaussian':
      return corruption.sigma
    case 'mix':
      return corruption.amount
    default:
      return corruption.part
  }
}
