/** Three significant digits, large ones whole. @param {number} value */
export const number = (value) => (value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString())

/** @param {number} part */
export const percent = (part) => (part < 0.0005 ? '≤ 0.1%' : `${(100 * part).toFixed(part < 0.0995 ? 1 : 0)}%`)

/** @param {string} text */
export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/**
 * When and where something was measured, as far as it is known.
 *
 * @param {Readonly<Record<string, unknown>>} machine
 */
export function machineLine({ date, cpu, cores, system, node, busy, others }) {
  const day = typeof date === 'string' ? [date.slice(0, 10)] : []
  const work = typeof others === 'number' ? [`other work: ${others.toFixed(2)} processors`] : []
  const facts = [...day, `${cpu}, ${cores} cores`, `${system}, Node ${node}`, ...work]
  return escapeHtml(`${facts.join('; ')}${busy ? '; the machine was busy with other work' : ''}.`)
}
