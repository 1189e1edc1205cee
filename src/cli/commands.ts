import type { Command } from 'commander'

/** A command is loaded only when it is called. */
export interface CommandModule {
  readonly register: (command: Command) => void
}

interface Entry {
  readonly summary: string
  readonly load: () => Promise<CommandModule>
}

/** Every command, in the order in which help lists them. */
export const COMMANDS = {
  cookbook: { summary: 'run every recipe and write one page about them', load: () => import('./commands/cookbook.js') },
  train: { summary: 'train a recipe on data', load: () => import('./commands/train.js') },
  evaluate: { summary: 'measure a trained model on data', load: () => import('./commands/evaluate.js') },
  encode: { summary: 'turn data into codes', load: () => import('./commands/encode.js') },
  decode: { summary: 'turn codes back into data', load: () => import('./commands/decode.js') },
  detect: { summary: 'find anomalies in rows', load: () => import('./commands/detect.js') },
  reconstruct: { summary: 'encode and decode data', load: () => import('./commands/reconstruct.js') },
  score: {
    summary: 'say how unusual each row is, and which are too unusual',
    load: () => import('./commands/score.js'),
  },
  segment: { summary: 'tell the class of every pixel', load: () => import('./commands/segment.js') },
  classify: { summary: 'tell classes apart, by codes or by errors', load: () => import('./commands/classify.js') },
  cluster: { summary: 'find groups among codes', load: () => import('./commands/cluster.js') },
  index: { summary: 'make a folder of texts or images searchable', load: () => import('./commands/index.js') },
  search: { summary: 'find what is like a text or an image', load: () => import('./commands/search.js') },
  export: {
    summary: 'take a model, a part of it or its training elsewhere',
    load: () => import('./commands/export.js'),
  },
  report: { summary: "write a run's report again", load: () => import('./commands/report.js') },
  data: { summary: 'list, inspect and download data sets', load: () => import('./commands/data.js') },
  ledger: { summary: 'measure again what is claimed', load: () => import('./commands/ledger.js') },
  doctor: { summary: 'say what is here, what is wrong and how to mend it', load: () => import('./commands/doctor.js') },
} as const satisfies Record<string, Entry>
