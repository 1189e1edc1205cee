/** @import { Workload } from '../types.js' */
import { convolutional } from './convolutional.js'
import { denoising } from './denoising.js'
import { dense } from './dense.js'
import { encode } from './encode.js'
import { stacked } from './stacked.js'

/** @type {Readonly<Record<string, Workload>>} */
export const WORKLOADS = { dense, denoising, convolutional, stacked, encode }
