import { join } from 'node:path'
import type { Command } from 'commander'
import { openModel } from '../../app/open-run.js'
import { buildIndex, type Known } from '../../app/retrieval/build-index.js'
import { openCollection } from '../../app/retrieval/collection.js'
import { INDEX_FILES, readIndex, writeIndex } from '../../app/retrieval/index-folder.js'
import { DiaboloError } from '../../base/errors.js'
import { exists, requireFresh } from '../../node/files.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device, Runtime } from '../../runtime/types.js'
import { deviceOption, givenFlags, numberOf, requireWhole } from '../flags.js'
import { interruptible } from '../interrupt.js'
import { note, say, table, writeJson } from '../output.js'
import { createProgress } from '../progress.js'

interface Flags {
  readonly out: string
  readonly model?: string
  readonly code: number
  readonly epochs?: number
  readonly binary?: boolean
  readonly vocabulary: number
  readonly seed: number
  readonly device: Device
  readonly json?: boolean
}

/** What decides how a model is trained, and what decides it for texts only. */
const FOR_TRAINING = ['code', 'epochs', 'binary', 'vocabulary']
const FOR_TEXTS = ['binary', 'vocabulary']

/** Stems of a vocabulary, at most: the widest layer that is possible, with the widest code. */
const MOST_STEMS = 2 ** 16

/** Texts that are named as left out. */
const MOST_NAMED = 5

export function register(command: Command): void {
  command
    .argument('<data>', 'a folder of texts (.txt, .md, …) or of images, or samples: mnist, digits, a file')
    .requiredOption('--out <folder>', 'where the index goes')
    .option('--model <run>', 'encode with a model there is: an index, a run folder, or a model.onnx')
    .option('--code <number>', 'values per code, and bits', numberOf('--code'), 128)
    .option('--epochs <number>', 'passes over the data (default: about 1,500 steps)', numberOf('--epochs'))
    .option('--binary', 'train the codes of texts to be rounded to bits, for search --hash')
    .option(
      '--vocabulary <number>',
      'stems that texts are told apart and found by, the commonest; rarer words are left out, of texts and of questions',
      numberOf('--vocabulary'),
      2000,
    )
    .option('--seed <number>', 'decides every random draw', numberOf('--seed'), 1)
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')
    .action(make)
}

async function make(data: string, flags: Flags, command: Command): Promise<void> {
  const { out, code, epochs, binary, vocabulary, seed, device, json } = flags
  requireWhole('--seed', seed, 0)
  requireWhole('--code', code, 1)
  requireWhole('--vocabulary', vocabulary, 1, MOST_STEMS)
  if (epochs !== undefined) requireWhole('--epochs', epochs, 1)
  if (flags.model !== undefined) refuseGiven(command, FOR_TRAINING, 'a model to train', '--model, which is trained')
  await requireFresh(out)
  const collection = await openCollection(data)
  if (collection.kind !== 'texts') refuseGiven(command, FOR_TEXTS, 'a folder of texts', `"${data}", which has samples`)
  const runtime = await openNodeRuntime({ device })
  try {
    const known = await openKnown(flags.model, runtime)
    const request = { collection, code, epochs, binary, stems: vocabulary, seed }
    const progress = createProgress('index')
    const before = performance.now()
    const { result, interrupted } = await interruptible((signal) =>
      buildIndex({ ...request, known, runtime, signal, onEvent: progress.onEvent }),
    )
    progress.end()
    const { index, skipped } = result
    await writeIndex(out, index)
    const seconds = (performance.now() - before) / 1000
    const summary = {
      data,
      kind: index.kind,
      items: index.items.length,
      code: index.thresholds.length,
      skipped,
      seconds,
    }
    const stems = index.vocabulary?.stems.length
    if (json) writeJson({ ...summary, ...(stems && { stems }), out })
    else {
      say(
        table([
          ['data', 'items', ...(stems ? ['stems'] : []), 'code', 's'],
          [data, `${summary.items}`, ...(stems ? [`${stems}`] : []), `${summary.code}`, seconds.toFixed(1)],
        ]),
      )
      if (skipped.length > 0) note(`\nleft out, without words: ${named(skipped)}`)
      note(`\nsearch it: diabolo search ${out} ${stems ? '"a few words"' : '--file F'}`)
    }
    if (interrupted !== undefined) process.exitCode = interrupted
  } finally {
    await runtime.close()
  }
}

/**
 * What was asked for and would not be done is refused.
 *
 * @throws E_OPTION naming the first of these flags that was given
 */
function refuseGiven(command: Command, names: readonly string[], expected: string, found: string): void {
  const [given] = Object.keys(givenFlags(command, names))
  if (given === undefined) return
  throw new DiaboloError('E_OPTION', { at: `--${given}`, expected, found, hint: `leave --${given} out` })
}

/** Of an index also its vocabulary. */
async function openKnown(path: string | undefined, runtime: Runtime): Promise<Known | undefined> {
  if (path === undefined) return undefined
  return (await exists(join(path, INDEX_FILES.head)))
    ? readIndex(path, runtime)
    : { model: await openModel(path, runtime) }
}

const named = (names: readonly string[]) =>
  names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
    : names.join(', ')
