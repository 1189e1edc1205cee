import { drawImageGrid } from '../report/image-grid.js'
import type { Section } from '../report/page.js'
import type { Cooked } from './cookbook.js'
import { chooseSamples, imageShape, perSample } from './figures.js'

/** An autoencoder and a Boltzmann machine whose codes are of one size, side by side, in numbers and pictures. */
export async function relatives(finished: readonly Cooked[]): Promise<Section | undefined> {
  const machine = finished.find(({ entry }) => entry.name === 'rbm')
  const autoencoder = finished.find(
    ({ entry, model }) => entry.name === 'vanilla' && model.codeWidth === machine?.model.codeWidth,
  )
  const shape = machine && imageShape(machine.test)
  if (!machine || !autoencoder || !shape) return undefined
  const { few, words } = chooseSamples(machine.test)
  const rows = await Promise.all(
    [
      { caption: 'autoencoder', run: autoencoder },
      { caption: 'Boltzmann machine', run: machine },
    ].map(async ({ caption, run }) => {
      const { data } = await run.model.reconstruct(few)
      return { caption, images: data, notes: perSample(data, few).map((error) => error.toPrecision(2)) }
    }),
  )
  const [own, other] = [autoencoder.summary.test, machine.summary.test]
  const { codeWidth } = machine.model
  return {
    heading: 'Autoencoder and Boltzmann machine',
    text: `Both turn a sample into ${codeWidth} units and back. The autoencoder is trained to give samples back: its squared error per sample is ${own.perImage.toPrecision(3)}. The machine is trained to find the data likely, and gives it back as a by-product: ${other.perImage.toPrecision(3)}, ${(other.mse / own.mse).toPrecision(2)} times as much.`,
    figures: [
      drawImageGrid({
        id: 'relatives',
        title: `Autoencoder and Boltzmann machine, ${codeWidth} units each`,
        caption: `${words}; under each reconstruction its squared error summed over all values. Over all test samples: autoencoder ${own.perImage.toPrecision(3)}, Boltzmann machine ${other.perImage.toPrecision(3)}.`,
        shape,
        rows: [{ caption: 'original', images: few.values }, ...rows],
      }),
    ],
  }
}
