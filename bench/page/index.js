import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { renderProfile } from './profile.js'
import { render } from './render.js'
import { renderScaling } from './scaling.js'

/** Writes results/index.html from all results beside it: `node bench/page/index.js`. */
const results = new URL('../results/', import.meta.url)

const ORDER = ['dense', 'denoising', 'convolutional', 'stacked', 'wasm', 'encode', 'startup']

const read = (/** @type {string} */ name) => JSON.parse(readFileSync(new URL(name, results), 'utf8'))

const reports = readdirSync(results)
  .filter((name) => name.endsWith('.json'))
  .map(read)
  .filter(({ workload }) => ORDER.includes(workload))
  .sort((a, b) => ORDER.indexOf(a.workload) - ORDER.indexOf(b.workload) || a.mode.localeCompare(b.mode))

const sections = [renderProfile(read('profile-convolutional.json')), renderScaling(read('scaling.json'))]
writeFileSync(new URL('index.html', results), render(reports, sections))
