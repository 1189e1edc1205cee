/** @import { StepProfile } from '../../src/app/step-profile.js' */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { machineSeconds, ownSeconds } from './cpu-time.js'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** A profile is a megabyte at most. */
const LONGEST = 2 ** 26

/**
 * What `diabolo doctor --profile` says, and how many processors were busy with other work meanwhile, where the system tells.
 *
 * @param {readonly string[]} request  what follows `--profile`
 * @returns {Promise<{ profile: StepProfile, others: number | undefined }>}
 */
export async function askDoctor(request) {
  const [all, own, before] = [machineSeconds(), ownSeconds(), performance.now()]
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'doctor', '--profile', ...request, '--json'], {
    maxBuffer: LONGEST,
  })
  const [allAfter, ownAfter, after] = [machineSeconds(), ownSeconds(), performance.now()]
  const known = all !== undefined && own !== undefined && allAfter !== undefined && ownAfter !== undefined
  const others = known ? Math.max(0, (allAfter - all - (ownAfter - own)) / ((after - before) / 1000)) : undefined
  return { profile: JSON.parse(stdout), others }
}
