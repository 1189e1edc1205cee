import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encode as encodePng } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { warmCli } from './warm-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-search-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await warmCli([...args, '--json'])
  if (code !== 0) throw new Error(stderr + stdout)
  return JSON.parse(stdout)
}

const failing = async (...args: string[]) => {
  const { code, stdout } = await warmCli([...args, '--json'])
  return { code, error: JSON.parse(stdout).error }
}

const namesOf = ({ found }: { found: { name: string }[] }) => found.map(({ name }) => name)

const SUBJECTS = {
  grain: 'wheat harvest farmers grain mill bread flour corn barley field tractor silo',
  harbour: 'ship harbour cargo sailors deck sea captain vessel port anchor tide crew',
  money: 'bank interest rates money credit loans bonds currency deposit inflation budget treasury',
  music: 'orchestra symphony violin piano singer opera song concert melody choir drum cello',
} as const

/** Ten texts of each subject, each with eight of its twelve words, some of them in plural; and one without words. */
function writeTexts(to: string): void {
  mkdirSync(join(to, 'deeper'), { recursive: true })
  const random = rng(1, 'texts')
  for (const [subject, words] of Object.entries(SUBJECTS)) {
    for (let i = 0; i < 10; i++) {
      const drawn = words.split(' ').filter(() => random.uniform() < 0.7)
      const name = i === 9 ? `deeper/${subject}.md` : `${subject}-${i}.txt`
      writeFileSync(join(to, name), `About ${subject}s, ${i}.\n\nThe ${drawn.join(' and the ')}.\n`)
    }
  }
  writeFileSync(join(to, 'empty.txt'), '')
  writeFileSync(join(to, '.hidden.txt'), 'wheat')
}

beforeAll(async () => {
  writeTexts(at('texts'))
  await json('index', at('texts'), '--code', '8', '--out', at('index'))
}, 60_000)

describe('an index of texts', () => {
  test('holds all that it needs, and leaves out what has no words', async () => {
    const built = await json('index', at('texts'), '--code', '4', '--epochs', '2', '--out', at('again'))
    expect(built).toMatchObject({ kind: 'texts', items: 40, code: 4, skipped: ['empty.txt'] })
    expect(readdirSync(at('again')).sort()).toEqual(
      ['bits.npy', 'codes.npy', 'index.json', 'items.json', 'model.onnx', 'vocabulary.json'].sort(),
    )
    const { stems } = JSON.parse(readFileSync(at('again/vocabulary.json'), 'utf8'))
    expect(stems).toContain('harvest')
    expect(stems.length).toBe(built.stems)
  })

  test.each(Object.entries(SUBJECTS))('finds %s by words that it is about', async (subject, words) => {
    const [a, b] = words.split(' ')
    const result = await json('search', at('index'), `${a} ${b}`, '--top', '8')
    expect(result.by).toBe('cosine')
    expect(namesOf(result)).toHaveLength(8)
    const right = namesOf(result).filter((name) => name.includes(subject))
    expect(right.length, namesOf(result).join(', ')).toBeGreaterThanOrEqual(7)
    const similar = result.found.map(({ similarity }: { similarity: number }) => similarity)
    expect([...similar].sort((x: number, y: number) => y - x)).toEqual(similar)
  })

  test('finds a file of its own first, and by address the same subject', async () => {
    const own = at('texts/music-3.txt')
    const [first] = (await json('search', at('index'), '--file', own)).found
    expect(first).toMatchObject({ name: 'music-3.txt', title: 'About musics, 3.' })
    expect(first.similarity).toBeCloseTo(1, 5)
    const hashed = await json('search', at('index'), '--file', own, '--hash', '--top', '40')
    expect(hashed.by).toBe('address')
    expect(namesOf(hashed)).toHaveLength(40)
    const near = hashed.found.filter(({ distance }: { distance: number }) => distance === 0)
    expect(namesOf({ found: near })).toContain('music-3.txt')
    const within = await json('search', at('index'), '--file', own, '--hash', '--radius', '0', '--top', '40')
    expect(within.found).toEqual(near)
  })

  test('says it in words too, and which words it does not know', async () => {
    const { code, stdout, stderr } = await warmCli(['search', at('index'), 'violins zyzzyva', '--top', '2'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^similarity\s+name\s+begins\n/)
    expect(stdout).toMatch(/\d\.\d{3}\s+\S*music\S*\s+About musics/)
    const { stems } = JSON.parse(readFileSync(at('index/vocabulary.json'), 'utf8'))
    expect(stderr).toContain(`not among the ${stems.length} commonest stems of the index, and left out: zyzzyva`)
  })

  test('knows as many stems as it was told to, and says so', async () => {
    const flags = ['--code', '4', '--epochs', '2', '--vocabulary', '12']
    expect(await json('index', at('texts'), ...flags, '--out', at('dozen'))).toMatchObject({ stems: 12 })
    const { stems } = JSON.parse(readFileSync(at('dozen/vocabulary.json'), 'utf8'))
    const all = JSON.parse(readFileSync(at('index/vocabulary.json'), 'utf8')).stems
    expect(stems).toEqual(all.slice(0, 12))
    const { error } = await failing('search', at('dozen'), all[12])
    expect(error).toMatchObject({ code: 'E_DATA', expected: 'at least one of the 12 commonest stems of the index' })
    const { stdout } = await warmCli(['index', '--help'])
    expect(stdout).toMatch(/--vocabulary <number>[^-]*commonest[^-]*\(default: 2000\)/)
  })

  test('takes the model of another index', async () => {
    mkdirSync(at('more'))
    for (const name of ['grain-1.txt', 'money-1.txt', 'harbour-1.txt']) {
      cpSync(at(`texts/${name}`), at(`more/${name}`))
    }
    const built = await json('index', at('more'), '--model', at('index'), '--out', at('more-index'))
    expect(built).toMatchObject({ items: 3, code: 8 })
    expect(readFileSync(at('more-index/model.onnx')).equals(readFileSync(at('index/model.onnx')))).toBe(true)
    expect(namesOf(await json('search', at('more-index'), 'ships and their captains'))[0]).toBe('harbour-1.txt')
  })

  test('can be trained to be rounded to bits', async () => {
    await json('index', at('texts'), '--code', '40', '--binary', '--out', at('binary'))
    const result = await json('search', at('binary'), 'symphony and opera', '--hash', '--top', '5')
    expect(result.by).toBe('scan')
    expect(namesOf(result).filter((name) => name.includes('music')).length).toBeGreaterThanOrEqual(4)
  })
})

describe('an index of images', () => {
  const images = digits({ rows: 60, seed: 3 })
  const png = (row: number) =>
    encodePng({
      width: 28,
      height: 28,
      channels: 1,
      data: images.values.slice(row * 784, (row + 1) * 784) as Uint8Array,
    })

  test('finds an image by an image, under the name of its file', async () => {
    mkdirSync(at('images'))
    for (let row = 0; row < 60; row++) writeFileSync(at(`images/${String(row).padStart(2, '0')}.png`), png(row))
    const built = await json('index', at('images'), '--code', '16', '--epochs', '20', '--out', at('image-index'))
    expect(built).toMatchObject({ kind: 'samples', items: 60, skipped: [] })
    for (const more of [[], ['--hash']]) {
      const { found } = await json('search', at('image-index'), '--file', at('images/17.png'), '--top', '3', ...more)
      expect(found[0].name).toBe('17.png')
    }
    const { error } = await failing('search', at('image-index'), 'seven')
    expect(error).toMatchObject({ code: 'E_DATA', hint: 'give a file: --file F' })
  })

  test('of samples without names, calls them by their row', async () => {
    writeFileSync(at('rows.npy'), formatNpy([60, 28, 28], images.values as Uint8Array))
    await json('index', at('rows.npy'), '--code', '4', '--epochs', '2', '--out', at('row-index'))
    writeFileSync(at('one.npy'), formatNpy([1, 28, 28], images.values.slice(5 * 784, 6 * 784) as Uint8Array))
    const { found } = await json('search', at('row-index'), '--file', at('one.npy'), '--top', '1')
    expect(found[0]).toMatchObject({ row: 5, name: 'row 5' })
  })
})

describe('what cannot be indexed', () => {
  const refused = async (name: string, ...more: string[]) => {
    const { code, error } = await failing('index', at(name), ...more, '--out', at('refused'))
    expect(existsSync(at('refused'))).toBe(false)
    return { code, ...error }
  }

  test('is an empty folder', async () => {
    mkdirSync(at('nothing'))
    expect(await refused('nothing')).toMatchObject({ code: 'E_DATA', found: 'none of them' })
  })

  test('is a folder of texts without words', async () => {
    mkdirSync(at('wordless'))
    for (const name of ['a.txt', 'b.txt']) writeFileSync(at(`wordless/${name}`), '123, the 456.\n')
    expect(await refused('wordless')).toMatchObject({ code: 'E_DATA' })
  })

  test('is one text', async () => {
    mkdirSync(at('single'))
    writeFileSync(at('single/a.txt'), 'wheat\n')
    expect(await refused('single')).toMatchObject({ code: 'E_DATA', found: '1' })
  })

  test('is a file that only looks like text', async () => {
    mkdirSync(at('binary-texts'))
    writeFileSync(at('binary-texts/a.txt'), Buffer.from([0x77, 0, 0x68]))
    writeFileSync(at('binary-texts/b.txt'), 'wheat\n')
    expect(await refused('binary-texts')).toMatchObject({ code: 'E_FORMAT', at: at('binary-texts/a.txt') })
    writeFileSync(at('binary-texts/a.txt'), Buffer.from([0xc3, 0x28]))
    expect(await refused('binary-texts')).toMatchObject({ code: 'E_FORMAT' })
    writeFileSync(at('binary-texts/a.txt'), gzipSync(Buffer.alloc(2 ** 26 + 1, 'wheat ')))
    expect(await refused('binary-texts')).toMatchObject({ code: 'E_UNSAFE' })
  })

  test('is texts and images together, or a table', async () => {
    mkdirSync(at('mixed'))
    writeFileSync(at('mixed/a.txt'), 'wheat\n')
    writeFileSync(at('mixed/a.png'), '')
    expect(await refused('mixed')).toMatchObject({ code: 'E_DATA', found: '1 texts and 1 images' })
    writeFileSync(at('table.csv'), 'a,b\n1,2\n3,4\n')
    expect(await refused('table.csv')).toMatchObject({ code: 'E_DATA', found: 'a table' })
  })

  test('is texts with a model that has no vocabulary, or what is not there', async () => {
    const flags = ['--model', at('index/model.onnx')]
    expect(await refused('texts', ...flags)).toMatchObject({ code: 'E_MISSING', at: '--model, for texts' })
    expect((await refused('nowhere')).code).toMatch(/E_UNKNOWN|E_MISSING/)
    expect(await refused('texts', '--code', '0')).toMatchObject({ code: 'E_OPTION', at: '--code' })
  })

  test.each(['--code 4', '--epochs 9', '--binary', '--vocabulary 9'])('is with a model and %s', async (flags) => {
    const [flag = '', ...value] = flags.split(' ')
    const found = await refused('texts', '--model', at('index'), flag, ...value)
    expect(found).toMatchObject({ code: 'E_OPTION', at: flag, found: '--model, which is trained' })
  })

  test.each(['--binary', '--vocabulary 9'])('is samples with %s', async (flags) => {
    const [flag = '', ...value] = flags.split(' ')
    expect(await refused('rows.npy', flag, ...value)).toMatchObject({
      code: 'E_OPTION',
      at: flag,
      expected: 'a folder of texts',
    })
  })

  test('is by codes that are wider than can be searched', async () => {
    for (const name of ['texts', 'rows.npy'])
      expect(await refused(name, '--code', '1025')).toMatchObject({ code: 'E_OPTION', at: '--code', found: '1025' })
    const flags = ['--hidden', '1025', '--epochs', '1', '--batch-size', '20', '--data', at('rows.npy')]
    await json('train', 'vanilla', ...flags, '--out', at('wide'))
    const found = await refused('rows.npy', '--model', at('wide'))
    expect(found).toMatchObject({ code: 'E_OPTION', at: '--model', found: '1025' })
  })

  test('is never written over an index that is there', async () => {
    const { error } = await failing('index', at('texts'), '--out', at('index'))
    expect(error.code).toBe('E_EXISTS')
  })
})

describe('what cannot be asked', () => {
  test.each([
    [[], 'E_USAGE', 'neither'],
    [['wheat', '--file', 'x'], 'E_USAGE', 'both'],
    [[''], 'E_DATA', 'nothing'],
    [['  '], 'E_DATA', 'nothing'],
    [['the of and'], 'E_DATA', 'only words such as "the" and "of", or none'],
    [['zyzzyvas quokka'], 'E_DATA', 'zyzzyva, quokka'],
    [['wheat', '--top', '0'], 'E_OPTION', '0'],
    [['wheat', '--radius', '2'], 'E_OPTION', '--radius 2 alone'],
    [['--file', '/nowhere.txt'], 'E_MISSING', 'no such file'],
  ])('%j', async (args, code, found) => {
    const result = await failing('search', at('index'), ...args)
    expect(result.error).toMatchObject({ code, found })
    expect(result.code).toBe(['E_USAGE', 'E_OPTION'].includes(code) ? 2 : 1)
  })

  test('is what is no index', async () => {
    for (const place of ['texts', 'nowhere', 'texts/music-1.txt']) {
      expect((await failing('search', at(place), 'wheat')).error).toMatchObject({ code: 'E_MISSING' })
    }
  })
})
