import type { Section } from '../report/page.js'
import type { Summary } from './training-run.js'

/** What came of each training, by the name of its entry. */
export type Results = ReadonlyMap<string, Summary>

/** What the numbers say; each finding is there when all that it compares was run. */
export function findings(results: Results): readonly Section[] {
  return [initialisation(results), convolution(results), pretraining(results)].filter((each) => each !== undefined)
}

/** The chapter credits sparsity for 0.006 against 0.022; starting weights explain more of it. */
function initialisation(results: Results): Section | undefined {
  const [book, sparse, glorot, today] = summaries(
    results,
    'vanilla-book',
    'sparse-book',
    'vanilla-book-glorot',
    'vanilla',
  )
  if (!book || !sparse || !glorot || !today) return undefined
  const better = glorot.test.mse < sparse.test.mse
  return {
    heading: 'Is it sparsity, or is it how weights start?',
    text: `The chapter shows a plain autoencoder and a sparse one, and the sparse one does better: here ${error(book)} against ${error(sparse)}. But both start from weights with a standard deviation of 1, at which sigmoids saturate. With nothing changed but Glorot's starting weights, the plain one reaches ${error(glorot)}: ${better ? 'better than the sparse one, so that the gap is mostly the start, not the sparsity' : 'short of the sparse one, at this length of training'}. With today's settings it reaches ${error(today)}.`,
    table: {
      caption: 'Mean squared error on the test samples.',
      columns: [
        { label: 'Network' },
        { label: 'Starting weights' },
        { label: 'Error', unit: 'MSE per value', best: 'lowest' },
      ],
      rows: [
        ['plain, book preset', 'N(0, 1)', book.test.mse],
        ['sparse, book preset', 'N(0, 1)', sparse.test.mse],
        ['plain, book preset', 'Glorot', glorot.test.mse],
        ['plain, default preset', 'Glorot', today.test.mse],
      ],
    },
  }
}

/** The chapter says that convolutions denoise better than the dense network. */
function convolution(results: Results): Section | undefined {
  const [maps, dense, book] = summaries(results, 'convolutional', 'denoising-at-0.5', 'convolutional-book')
  if (!maps || !dense || !book) return undefined
  const verdict = ({ test }: Summary) => {
    const ratio = test.mse / dense.test.mse
    const answer = ratio < 0.98 ? 'they do' : ratio > 1.02 ? 'they do not' : 'there is little difference'
    return `${answer} (${ratio.toFixed(2)} times its error)`
  }
  return {
    heading: 'Do convolutions denoise better?',
    text: `The chapter says so. Here all have the same noise (0.5) and ${maps.epochs} ${maps.epochs === 1 ? 'epoch' : 'epochs'}, and the dense network comes to ${error(dense)}. With today's settings convolutions come to ${error(maps)}: ${verdict(maps)}. With the chapter's they come to ${error(book)}: ${verdict(book)}.`,
    table: {
      caption: 'Noisy test samples in, clean ones wanted.',
      columns: [
        { label: 'Network' },
        { label: 'Error', unit: 'MSE per value', best: 'lowest' },
        { label: 'Cross-entropy', unit: 'nats per value', best: 'lowest' },
        { label: 'Learned', unit: 'numbers', best: 'lowest' },
        { label: 'Step', unit: 'ms', best: 'lowest' },
      ],
      rows: Object.entries({ convolutional: maps, 'convolutional, book preset': book, dense }).map(
        ([name, { test, parameters, stepMs }]) => [name, test.mse, test.crossEntropy ?? null, parameters, stepMs],
      ),
    },
  }
}

/** Whether training layer by layer first helps, at the same number of epochs after it. */
function pretraining(results: Results): Section | undefined {
  const [first, without] = summaries(results, 'stacked', 'stacked-not-pretrained')
  if (!first || !without) return undefined
  const gain = 1 - first.test.mse / without.test.mse
  const verdict =
    gain > 0.02
      ? `It helps: the error is ${percent(gain)} lower.`
      : gain < -0.02
        ? `It does not: the error is ${percent(-gain)} higher.`
        : `It makes little difference: ${percent(Math.abs(gain))} ${gain < 0 ? 'worse' : 'better'}.`
  return {
    heading: 'Does pretraining help?',
    text: `In 2006 deep autoencoders could not be trained without it. With today's starting weights and optimizer, the stacked network reaches ${error(first)} with each layer trained by itself first, and ${error(without)} when all layers are trained together from the start. ${verdict}`,
  }
}

const summaries = (results: Results, ...names: readonly string[]) => names.map((name) => results.get(name))

const error = ({ test }: Summary) => test.mse.toPrecision(3)

const percent = (part: number) => `${(100 * part).toFixed(1)}%`
