import { mkdir, open, readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Content, encodeEvent } from '../tensorboard/event.js'
import { writeError } from './files.js'

const PREFIX = 'events.out.tfevents.'

/** An event file of TensorBoard's, to which lines are added. */
export class EventFile {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * Begins a file after those that are there, in the order in which TensorBoard reads them: by the second in their names.
   *
   * @param step  what is said of this step and of later ones replaces what was said before
   */
  static async begin(folder: string, step: number): Promise<EventFile> {
    const names = await mkdir(folder, { recursive: true })
      .then(() => readdir(folder))
      .catch((cause: unknown) => {
        throw writeError(folder, cause)
      })
    const seconds = names.map((name) => Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('.')[0] : 0))
    const second = Math.max(Math.floor(Date.now() / 1000), ...seconds.map((before) => before + 1))
    const file = new EventFile(join(folder, `${PREFIX}${second}.${hostname()}`))
    await file.add({ version: true }, 0)
    await file.add({ start: true }, step)
    return file
  }

  /**
   * @throws E_WRITE when it cannot be written
   */
  async add(content: Content, step: number): Promise<void> {
    try {
      const file = await open(this.#path, 'a')
      try {
        await file.writeFile(encodeEvent(content, step, Date.now() / 1000))
      } finally {
        await file.close()
      }
    } catch (cause) {
      throw writeError(this.#path, cause)
    }
  }
}
