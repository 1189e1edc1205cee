// Trains on a file in a process of its own, and says on standard output what it learned and how much memory it took.
import { createHash } from 'node:crypto'
import { dataset, fileStream, openRuntime, vanilla } from '../../dist/node.js'

const [path, mode] = process.argv.slice(2)
const runtime = await openRuntime({ threads: 1 })
const options = { epochs: 1, seed: 3, buffer: 40_000, runtime }
const network = vanilla({ hidden: 16, batchSize: 1000 })
const stream = await fileStream(path)

async function inMemory(rows) {
  const width = stream.shape.reduce((product, length) => product * length, 1)
  const values = new Uint8Array(rows * width)
  for (let from = 0; from < rows; from += 10_000) {
    const to = Math.min(rows, from + 10_000)
    values.set(await stream.read(from, to), from * width)
  }
  return dataset(values, { shape: stream.shape })
}

const data = mode === 'stream' ? stream : await inMemory(mode === 'memory' ? stream.rows : 1000)
const model = await network.fit(data, options)
const hash = createHash('sha256')
for (const { data } of Object.values(model.parameters)) hash.update(data)
// kilobytes of what was resident at most
process.stdout.write(
  JSON.stringify({
    weights: hash.digest('hex'),
    steps: model.training.steps,
    peak: process.resourceUsage().maxRSS * 1024,
  }),
)
await runtime.close()
