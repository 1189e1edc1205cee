import { join } from 'node:path'
import type { Command } from 'commander'
import { openRun } from '../../app/open-run.js'
import { renderRunReport } from '../../app/run-report.js'
import { writeWhole } from '../../node/files.js'
import { RUN_FILES } from '../../node/run-folder.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import { note, writeJson } from '../output.js'

export function register(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .option('--json', 'print one JSON document instead')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const runtime = await openNodeRuntime()
      try {
        const out = join(folder, RUN_FILES.report)
        await writeWhole(out, await renderRunReport(await openRun(folder, runtime)))
        if (json) writeJson({ run: folder, out })
        else note(`${out} was written`)
      } finally {
        await runtime.close()
      }
    })
}
