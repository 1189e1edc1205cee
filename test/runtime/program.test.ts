import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const BUILT = new URL('../../dist/node.js', import.meta.url).href

test('a program given as text trains, closes its runtime and ends', async () => {
  const program = `
    import { digits, openRuntime, vanilla } from ${JSON.stringify(BUILT)}
    const runtime = await openRuntime({ threads: 1 })
    const model = await vanilla({ hidden: 4 }).fit(digits({ rows: 200 }), { epochs: 1, runtime })
    await runtime.close()
    console.log(model.history.length)`
  // a late answer of the thread could end such a program with 13: once in twelve times
  for (let i = 0; i < 5; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(stdout).toBe('1\n')
  }
})
