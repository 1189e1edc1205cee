import { type Command, Option } from 'commander'
import { openRun } from '../../app/open-run.js'
import { writeReport, writeRun } from '../../app/run-writer.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import { note, writeJson } from '../output.js'

/** Pixels of a PNG per CSS pixel of its figure: sharp in print. */
const PNG_SCALE = 2

interface Flags {
  readonly png?: 'light' | 'dark'
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--png [theme]', 'write each figure as PNG too, beside the SVG: light unless "dark" is given')
        .choices(['light', 'dark'])
        .preset('light'),
    )
    .option('--json', 'print one JSON document instead')
    .action(async (folder: string, { png, json }: Flags) => {
      const runtime = await openNodeRuntime()
      try {
        const run = await openRun(folder, runtime)
        // of a run that was left there is no model yet, nor a summary
        const write = run.recovered ? writeRun : writeReport
        const { files } = await write(folder, run, png ? { png: { scale: PNG_SCALE, theme: png } } : {})
        if (json) writeJson({ run: folder, out: files[0], files })
        else note(`${files.join('\n')}\nwritten`)
      } finally {
        await runtime.close()
      }
    })
}
