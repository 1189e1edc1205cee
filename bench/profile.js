import { writeFileSync } from 'node:fs'
import { askDoctor } from './runner/doctor.js'
import { describeMachine } from './runner/machine.js'

/** Writes results/profile-convolutional.json, the least disturbed of a few profiles: `node bench/profile.js`. */
const RUNS = 3

const machine = describeMachine()
const runs = []
for (let run = 0; run < RUNS; run++) {
  const { profile, others } = await askDoctor(['convolutional', '--preset', 'book'])
  process.stderr.write(`${profile.stepMs.toFixed(1)} ms a step, ${profile.operatorMs.toFixed(1)} ms in operators\n`)
  runs.push({ ...profile, machine: { ...profile.machine, ...machine, others } })
}
const [fastest] = runs.sort((a, b) => a.operatorMs - b.operatorMs)
const file = new URL('results/profile-convolutional.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(fastest)}\n`)
