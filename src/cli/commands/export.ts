import { type Command, Option } from 'commander'
import { EXPORT_FORMATS, EXPORTS, type ExportRequest, exportFiles } from '../../app/export.js'
import { withModel } from '../model-command.js'
import { note, writeJson } from '../output.js'

type Flags = ExportRequest & { readonly json?: boolean }

export function register(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model.onnx')
    .addOption(new Option('--what <part>', 'what to take elsewhere').choices(EXPORTS).default('autoencoder'))
    .addOption(
      new Option('--format <name>', 'safetensors: the weights, by the names and in the layouts of PyTorch')
        .choices(EXPORT_FORMATS)
        .default('onnx'),
    )
    .option('--out <file>', 'where it goes (default: <what>.onnx, or weights.safetensors)')
    .option('--data <name or path>', 'of training: what the model was trained on, to go along')
    .option('--phase <name>', "of training: which phase's (default: the last one's)")
    .addOption(
      new Option(
        '--from <where>',
        'of training: begin at the weights drawn from the seed, or at the trained ones',
      ).choices(['start', 'trained']),
    )
    .option('--json', 'print one JSON document instead')
    .action(async (run: string, { json, ...request }: Flags) => {
      const files = await withModel(run, 'cpu', (model) => exportFiles(model, request))
      if (json) writeJson({ run, what: request.what, format: request.format, files })
      else for (const { path, bytes } of files) note(`${path}: ${bytes} bytes`)
    })
}
