import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseNpy } from '../npy.js'
import type { Outcome } from './run-cli.js'
import { warmCli } from './warm-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-segnet-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** As where there is no network: scenes of what is here, and of built-in digits otherwise. */
const env = { HTTPS_PROXY: '', XDG_CACHE_HOME: folder }
const SMALL = ['--filters', '4,6', '--epochs', '2', '--batch-size', '10', '--threads', '1']
const cli = (...args: string[]) => warmCli(args, { env })

describe('a network that tells classes of pixels', () => {
  let trained: Outcome
  beforeAll(async () => {
    trained = await cli('train', 'segnet', '--data', 'scenes:60', ...SMALL, '--out', at('run'), '--json')
  })

  test('is trained on scenes, and says how well by class', () => {
    expect(trained.code, trained.stderr).toBe(0)
    const { test: result, spec, dataset } = JSON.parse(trained.stdout)
    expect([dataset, spec.pixels]).toEqual(['scenes:60', { classes: 11 }])
    const { segmentation, rows, crossEntropy } = result
    expect(rows).toBe(12)
    expect(segmentation.iou).toHaveLength(11)
    expect(segmentation.pixelAccuracy).toBeGreaterThan(2 / 11)
    expect(crossEntropy).toBeLessThan(Math.log(11) + 1)
    expect(existsSync(at('run/figures/segnet-default-class-maps.svg'))).toBe(true)
    const page = readFileSync(at('run/report.html'), 'utf8')
    expect(page).toContain('Intersection over union')
    expect(page).toMatch(/Mean IoU[\s\S]*>ground</)
  })

  test('is measured again, and gives class maps as an array', async () => {
    const again = await cli('evaluate', at('run'), '--data', 'scenes:60', '--json')
    expect(again.code, again.stderr).toBe(0)
    expect(JSON.parse(again.stdout).segmentation).toEqual(JSON.parse(trained.stdout).test.segmentation)
    const { code, stderr } = await cli('segment', at('run'), '--data', 'scenes:60', '--out', at('maps.npy'))
    expect(code, stderr).toBe(0)
    const maps = parseNpy(readFileSync(at('maps.npy')), 'maps')
    expect(maps.shape).toEqual([12, 48, 48])
    expect(Math.max(...new Set(maps.values as Uint8Array))).toBeLessThanOrEqual(10)
  })

  test.each<[string, string[], string, RegExp]>([
    ['data without class maps', ['train', 'segnet', '--data', 'digits:40', ...SMALL], 'E_DATA', /--data scenes/],
    ['scenes without a number', ['train', 'segnet', '--data', 'scenes:many', ...SMALL], 'E_OPTION', /scenes:20000/],
    ['evaluation on data without them', ['evaluate', at('run'), '--data', 'digits:40'], 'E_SHAPE', /kind of data/],
    ['its errors', ['score', at('run'), '--data', 'scenes:60', '--out', at('s.npy')], 'E_SPEC', /segment/],
    ['its decoder by itself', ['export', at('run'), '--what', 'decoder', '--out', at('d.onnx')], 'E_SPEC', /samples/],
  ])('%s: refused, with what to do', async (_, args, error, hint) => {
    const { code, stderr } = await cli(...args)
    expect(code, stderr).not.toBe(0)
    expect(stderr).toContain(error)
    expect(stderr).toMatch(hint)
  })

  test('its codes say nothing of places: decode refuses them', async () => {
    const encoded = await cli('encode', at('run'), '--data', 'scenes:60', '--out', at('codes.npy'))
    expect(encoded.code, encoded.stderr).toBe(0)
    const { code, stderr } = await cli('decode', at('run'), '--codes', at('codes.npy'), '--out', at('decoded.npy'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/E_SPEC[\s\S]*resize2d/)
  })
})

test('a model that gives samples back does not tell classes of pixels', async () => {
  const vanilla = ['train', 'vanilla', '--hidden', '4', '--epochs', '1', '--data', 'digits:200', '--out', at('vanilla')]
  expect((await cli(...vanilla)).code).toBe(0)
  const { code, stderr } = await cli('segment', at('vanilla'), '--data', 'digits', '--out', at('none.npy'))
  expect(code).toBe(2)
  expect(stderr).toMatch(/E_SPEC[\s\S]*segnet/)
})
