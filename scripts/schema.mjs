// Writes docs/spec.schema.json: the JSON Schema of a spec, from the sources that the build was made of.
import { writeFileSync } from 'node:fs'
import { specJsonSchema } from '../dist/node.js'

writeFileSync(
  new URL('../docs/spec.schema.json', import.meta.url),
  `${JSON.stringify(specJsonSchema(), undefined, 2)}\n`,
)
