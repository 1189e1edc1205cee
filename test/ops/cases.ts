import type { InternalOpName, OpName } from '../../src/ops/index.js'
import { BINARY } from './cases/binary.js'
import type { CasesOf } from './cases/case.js'
import { CONV } from './cases/conv.js'
import { LINEAR } from './cases/linear.js'
import { LOOP } from './cases/loop.js'
import { POOL } from './cases/pool.js'
import { REDUCE } from './cases/reduce.js'
import { RESHAPE } from './cases/reshape.js'
import { SELECT } from './cases/select.js'
import { SOFTMAX } from './cases/softmax.js'
import { UNARY } from './cases/unary.js'

/** What every operator is checked on. Total: an operator without an entry does not compile. */
export const CASES: CasesOf<OpName | InternalOpName> = {
  ...UNARY,
  ...BINARY,
  ...LINEAR,
  ...REDUCE,
  ...RESHAPE,
  ...SELECT,
  ...SOFTMAX,
  ...CONV,
  ...POOL,
  ...LOOP,
}
