import { join } from 'node:path'
import type { Command } from 'commander'
import { type ClusterSummary, clusterCodes, drawClusters } from '../../app/clustering.js'
import { openModel } from '../../app/open-run.js'
import { writeFigure } from '../../app/run-writer.js'
import { openModelSamples } from '../../app/sources.js'
import { formatNpy } from '../../data/formats/npy.js'
import { requireFresh, writeWhole } from '../../node/files.js'
import { defaultFolder } from '../../node/run-folder.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import { numberOf, requireWhole } from '../flags.js'
import { type ModelFlags, modelArguments } from '../model-command.js'
import { note, say, table, writeJson } from '../output.js'

interface Flags extends ModelFlags {
  readonly clusters: number
  readonly restarts: number
  readonly out?: string
}

export function register(command: Command): void {
  modelArguments(command)
    .option('--clusters <number>', 'how many', numberOf('--clusters'), 10)
    .option('--restarts <number>', 'how often to begin anew; the best is kept', numberOf('--restarts'), 10)
    .option('--out <folder>', 'where clusters, centres and the picture go (default: runs/cluster-<time>)')
    .action(async (run: string, flags: Flags) => {
      const { data, seed, device, clusters, restarts, out = defaultFolder('cluster'), json } = flags
      requireWhole('--clusters', clusters, 1)
      requireWhole('--restarts', restarts, 1)
      await requireFresh(out)
      const runtime = await openNodeRuntime({ device })
      try {
        const model = await openModel(run, runtime)
        const samples = model.samples(await openModelSamples(model, data, seed))
        const { clustering, summary } = await clusterCodes(model, samples, { clusters, restarts, seed, runtime })
        const { centres } = clustering
        await writeWhole(join(out, 'centres.npy'), formatNpy(centres.shape, centres.data))
        const assigned = Float32Array.from(clustering.clusters)
        await writeWhole(join(out, 'clusters.npy'), formatNpy([summary.rows], assigned))
        await writeWhole(join(out, 'cluster.json'), `${JSON.stringify({ run, data, ...summary }, undefined, 2)}\n`)
        const figure = drawClusters(samples, clustering, seed)
        if (figure) await writeFigure(out, figure)
        if (json) writeJson({ run, data, ...summary, out })
        else show(data, summary, out)
      } finally {
        await runtime.close()
      }
    })
}

function show(data: string, summary: ClusterSummary, out: string): void {
  const { rows, inertia, rounds, sizes, empty, distinct, classes } = summary
  say(
    table([
      ['data', 'samples', 'clusters', 'inertia', 'rounds'],
      [data, String(rows), String(sizes.length), inertia.toPrecision(5), String(rounds)],
    ]),
  )
  if (classes) {
    const { mutualInformation, adjustedRand, purity } = classes
    say(
      `\n${table([
        ['beside the classes', ''],
        ['normalised mutual information', mutualInformation.toFixed(3)],
        ['adjusted Rand index', adjustedRand.toFixed(3)],
        ['purity', purity.toFixed(3)],
      ])}`,
    )
  }
  if (empty > 0) note(`\n${emptiness(empty, sizes.length, distinct)}`)
  note(`\n${out}: the cluster of each sample, the centres, and a picture of images`)
}

/** Why there are empty clusters, where that is plain. */
function emptiness(empty: number, clusters: number, distinct = clusters): string {
  const why = distinct < clusters ? `: there are only ${distinct} different codes` : ''
  return `${empty} of ${clusters} clusters are empty${why}`
}
