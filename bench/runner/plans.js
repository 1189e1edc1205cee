/** How long and how often to measure. @typedef {typeof QUICK} Plan */

/** Ends in well under a minute. */
export const QUICK = {
  /** @type {'quick' | 'full'} */
  mode: 'quick',
  /** Rounds to take, if time allows, and to take unless time is really up. */
  rounds: 9,
  leastRounds: 3,
  /** Steps of a round, and those of them before the clock starts. */
  steps: 550,
  skip: 50,
  /** What a round of one engine may take; the same for the slow ones, and in how many rounds they take part. */
  roundSeconds: 1.2,
  slowSeconds: 0.8,
  slowRounds: 2,
  /** Seconds for everything: no round begins that would end later, but the least rounds may take some more. */
  budgetSeconds: 41,
  graceSeconds: 6,
  /** Seconds that an engine may take to start, and to answer a call. */
  startSeconds: 25,
  callSeconds: 25,
  matmulSeconds: 0.5,
  /** Try engines and variants that take long, and every power of two as a number of threads. */
  patient: false,
}

/** @type {Plan} */
export const FULL = {
  mode: 'full',
  rounds: 15,
  leastRounds: 15,
  steps: 2200,
  skip: 200,
  roundSeconds: 20,
  slowSeconds: 5,
  slowRounds: 5,
  budgetSeconds: 1200,
  graceSeconds: 600,
  startSeconds: 180,
  callSeconds: 300,
  matmulSeconds: 3,
  patient: true,
}

/**
 * Thread counts to try: one and all, in patient runs the powers of two between them as well. Where there are two processors
 * at most, quick runs go without the one.
 *
 * @param {number} cores
 * @param {Plan} plan
 */
export function threadCounts(cores, { patient }) {
  if (cores <= 2 && !patient) return [cores]
  const powers = Array.from({ length: Math.floor(Math.log2(cores)) + 1 }, (_, i) => 2 ** i)
  return [...new Set([1, ...(patient ? powers : []), cores])]
}
