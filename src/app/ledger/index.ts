import { adbench } from './adbench.js'
import { boltzmann } from './boltzmann.js'
import { classes } from './classes.js'
import { components } from './components.js'
import { deep } from './deep.js'
import { flatCodes } from './flat-codes.js'
import { reuters } from './reuters.js'
import type { LedgerPart } from './row.js'
import { searchSpeed } from './search-speed.js'
import { segmentation } from './segmentation.js'

/** Every part of the ledger, in the order in which it is read. */
export const LEDGER = {
  pca: components,
  deep,
  'flat-codes': flatCodes,
  rbm: boltzmann,
  adbench,
  classify: classes,
  reuters,
  segnet: segmentation,
  'search-speed': searchSpeed,
} as const satisfies Record<string, LedgerPart>

export type LedgerName = keyof typeof LEDGER
