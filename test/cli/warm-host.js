// Runs the built command line again and again in one process, whose modules stay loaded and compiled.
import { pathToFileURL } from 'node:url'

const main = pathToFileURL(process.argv[2]).href
let runs = 0

process.on('message', async ({ args, cwd, env }) => {
  const outcome = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      outcome[name] += text
      return true
    }
  }
  const before = { cwd: process.cwd(), env: { ...process.env } }
  process.argv = [process.execPath, main, ...args]
  process.exitCode = undefined
  process.chdir(cwd)
  Object.assign(process.env, env)
  try {
    // another address is another module: what comes first runs again, and what it imports is there already
    await import(`${main}?run=${++runs}`)
  } catch (error) {
    outcome.stderr += `${error.stack}\n`
    process.exitCode = 1
  }
  process.chdir(before.cwd)
  process.env = before.env
  process.send({ code: process.exitCode ?? 0, ...outcome })
  process.exitCode = undefined
})
