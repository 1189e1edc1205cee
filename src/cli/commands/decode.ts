import type { Command } from 'commander'
import { arrayOf, requireArrayFile } from '../../app/array-file.js'
import { openFile } from '../../app/sources.js'
import { DiaboloError } from '../../base/errors.js'
import type { Device } from '../../runtime/types.js'
import { ARRAY_OUT, writeArray } from '../array-output.js'
import { deviceOption } from '../flags.js'
import { withModel } from '../model-command.js'

interface Flags {
  readonly codes: string
  readonly out: string
  readonly device: Device
  readonly json?: boolean
}

export function register(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model.onnx')
    .option('--codes <file>', 'the codes, as "diabolo encode" wrote them', 'codes.npy')
    .option('--out <file>', `where the samples go, ${ARRAY_OUT}`, 'decoded.npy')
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')
    .action(async (run: string, { codes, out, device, json }: Flags) => {
      await requireArrayFile(out)
      const { values } = await openFile(codes)
      if (values instanceof Uint8Array) throw notCodes(codes)
      const decoded = await withModel(run, device, (model) => model.decode(values))
      await writeArray(out, arrayOf('value', decoded), json)
    })
}

const notCodes = (path: string) =>
  new DiaboloError('E_DATA', {
    at: path,
    expected: 'codes: floating-point numbers',
    found: 'bytes',
    hint: 'give the file that "diabolo encode" wrote',
  })
