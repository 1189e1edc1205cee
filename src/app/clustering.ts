import { permutation, rng } from '../base/random.js'
import { adjustedRand, mutualInformation, purity } from '../codes/agreement.js'
import { type Clustering, type KMeansOptions, kMeans } from '../codes/k-means.js'
import type { Dataset } from '../data/dataset.js'
import { pick } from '../data/split.js'
import type { Autoencoder } from '../model/autoencoder.js'
import type { Figure } from '../report/figure.js'
import { drawImageGrid } from '../report/image-grid.js'
import { imageShape } from './figures.js'

/** What a clustering of codes came to, as plain JSON. */
export interface ClusterSummary {
  readonly rows: number
  /** Values per code. */
  readonly width: number
  readonly inertia: number
  readonly rounds: number
  readonly sizes: readonly number[]
  /** Clusters without samples. */
  readonly empty: number
  /** Where there are such: how many codes differ. */
  readonly distinct?: number
  /** Where samples have classes: how far clusters are these. */
  readonly classes?: {
    readonly mutualInformation: number
    readonly adjustedRand: number
    readonly purity: number
  }
}

/** Clusters the codes that a model gives to samples. */
export async function clusterCodes(
  model: Autoencoder,
  data: Dataset,
  options: KMeansOptions,
): Promise<{ readonly clustering: Clustering; readonly summary: ClusterSummary }> {
  const { data: codes } = await model.encode(data)
  const width = codes.length / data.rows
  const clustering = await kMeans({ shape: [data.rows, width], data: codes }, options)
  const { clusters, inertia, rounds } = clustering
  const { labels } = data
  const sizes = sizesOf(clustering)
  const empty = sizes.filter((size) => size === 0).length
  const summary = {
    rows: data.rows,
    width,
    inertia,
    rounds,
    sizes,
    empty,
    ...(empty > 0 && { distinct: distinctOf(codes, width) }),
    ...(labels && {
      classes: {
        mutualInformation: mutualInformation(clusters, labels),
        adjustedRand: adjustedRand(clusters, labels),
        purity: purity(clusters, labels),
      },
    }),
  }
  return { clustering, summary }
}

/** How many rows differ. */
function distinctOf(codes: Float32Array, width: number): number {
  const seen = new Set<string>()
  for (let from = 0; from < codes.length; from += width) seen.add(codes.subarray(from, from + width).join())
  return seen.size
}

const SHOWN = 16

/** A row of samples for each cluster that has some, drawn at random; nothing where samples are no images. */
export function drawClusters(data: Dataset, clustering: Clustering, seed: number): Figure | undefined {
  const shape = imageShape(data)
  if (!shape) return undefined
  const sizes = sizesOf(clustering)
  const rows = sizes.flatMap((size, cluster) => {
    if (size === 0) return []
    const members = membersOf(clustering, cluster)
    const order = permutation(size, rng(seed, 'clusters', cluster))
    // samples of small clusters are shown more than once: rows have one length
    const shown = Int32Array.from({ length: SHOWN }, (_, i) => members[order[i % size] as number] as number)
    return [{ caption: captionOf(data, members, cluster), images: pick(data, shown).values }]
  })
  const empty = sizes.length - rows.length
  const others = empty > 0 ? ` ${empty} more ${empty === 1 ? 'is' : 'are'} empty.` : ''
  return drawImageGrid({
    id: 'clusters',
    title: 'Clusters of codes, a row of samples for each',
    caption: `${SHOWN} samples of each of ${rows.length} clusters of ${data.rows} codes, at random.${others} No label was used to find them.`,
    shape,
    rows,
  })
}

function captionOf({ labels, classes }: Dataset, members: Int32Array, cluster: number): string {
  const size = `cluster ${cluster + 1}: ${members.length.toLocaleString('en')} samples`
  if (!labels) return size
  const counts = new Map<number, number>()
  for (const row of members) counts.set(labels[row] as number, (counts.get(labels[row] as number) ?? 0) + 1)
  const [[label, count] = [0, 0]] = [...counts].sort(([, a], [, b]) => b - a)
  return `${size}, ${Math.round((100 * count) / members.length)}% ${classes?.[label] ?? label}`
}

const membersOf = ({ clusters }: Clustering, cluster: number): Int32Array =>
  Int32Array.from([...clusters.keys()].filter((row) => clusters[row] === cluster))

const sizesOf = ({ clusters, centres: { shape } }: Clustering): number[] => {
  const sizes = new Array<number>(shape[0] ?? 0).fill(0)
  for (const cluster of clusters) sizes[cluster] = (sizes[cluster] as number) + 1
  return sizes
}
