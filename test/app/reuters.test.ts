import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readStories } from '../../src/app/retrieval/collection.js'
import { openReuters } from '../../src/app/retrieval/reuters.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-reuters-'))
afterAll(() => rmSync(folder, { recursive: true }))
const collection = process.env.DIABOLO_DATA && join(process.env.DIABOLO_DATA, 'reuters21578')

const story = (id: number, part: string, indexed: string, topics: readonly string[], body: string) =>
  `<REUTERS TOPICS="${indexed}" LEWISSPLIT="${part}" NEWID="${id}"><TOPICS>${topics.map((topic) => `<D>${topic}</D>`).join('')}</TOPICS><TEXT><BODY>${body}</BODY></TEXT></REUTERS>\n`

test('the ModApte split is stories that were indexed and have topics; relevant is what shares one', async () => {
  const stories = [
    story(1, 'TRAIN', 'YES', ['grain', 'wheat'], 'wheat wheat corn'),
    story(2, 'TRAIN', 'YES', ['ship'], 'ship harbour'),
    story(3, 'TRAIN', 'YES', [], 'nothing was told'),
    story(4, 'TRAIN', 'NO', ['grain'], 'not indexed'),
    story(5, 'NOT-USED', 'YES', ['grain'], 'unused'),
    story(6, 'TEST', 'YES', ['wheat'], 'corn zyzzyva'),
    story(7, 'TEST', 'YES', ['earn', 'ship'], 'harbour'),
  ]
  writeFileSync(join(folder, 'reut2-000.sgm'), stories.join(''))
  const { train, test: asked, vocabulary, relevant } = await openReuters(folder)
  expect([train.rows, asked.rows]).toEqual([2, 2])
  expect(vocabulary.stems).toEqual(['wheat', 'corn', 'harbour', 'ship'])
  const found = [0, 1].map((query) => [0, 1].filter((row) => relevant(query, row)))
  expect(found).toEqual([[0], [1]])
  // what no training story says counts for nothing
  expect([...asked.values.subarray(0, 4)]).toEqual([0, 5, 0, 0])
})

test('says what is missing', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'diabolo-reuters-'))
  await expect(openReuters(empty)).rejects.toMatchObject({ code: 'E_MISSING', at: empty })
  rmSync(empty, { recursive: true })
})

test.skipIf(!collection || !existsSync(collection))(
  'the collection has 21,578 stories, 7,775 to be found and 3,019 to ask with (needs DIABOLO_DATA)',
  { timeout: 120_000 },
  async () => {
    const stories = await readStories(collection as string)
    expect(stories).toHaveLength(21_578)
    const counted = (part: string) =>
      stories.filter((each) => each.indexed && each.topics.length > 0 && each.part === part).length
    expect([counted('train'), counted('test')]).toEqual([7775, 3019])
  },
)
