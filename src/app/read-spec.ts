import { DiaboloError } from '../base/errors.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import { readBytes } from '../node/files.js'

/**
 * A spec from a JSON file.
 *
 * @throws E_MISSING when there is no such file; E_FORMAT when it is not JSON; E_SPEC naming the first field that is wrong
 */
export async function readSpec(path: string): Promise<Spec> {
  const text = new TextDecoder().decode(await readBytes(path))
  try {
    return parseSpec(JSON.parse(text), path)
  } catch (cause) {
    if (cause instanceof DiaboloError) throw cause
    throw new DiaboloError('E_FORMAT', {
      at: path,
      expected: 'a spec as JSON',
      found: cause instanceof SyntaxError ? cause.message : 'something else',
      hint: 'the "spec" in the run.json of any run is an example',
      cause,
    })
  }
}
