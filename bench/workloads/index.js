/** @import { Workload } from '../types.js' */
import { dense } from './dense.js'

/** @type {Readonly<Record<string, Workload>>} */
export const WORKLOADS = { dense }
