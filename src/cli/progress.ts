import type { EpochRecord, FitEvent } from '../train/events.js'

const WIDTH = 24

/** A bar on standard error that redraws one line; off a terminal, one line per epoch. */
export function createProgress(label: string, stream: NodeJS.WriteStream = process.stderr) {
  const live = stream.isTTY === true
  return {
    onEvent(event: FitEvent): void {
      if (live && event.type === 'progress') stream.write(`\r\x1b[K${describe(label, event, stream.columns ?? 80)}`)
      if (!live && event.type === 'epoch') {
        stream.write(
          `${label}  ${event.phase}  epoch ${event.epoch}  loss ${event.loss.toPrecision(4)}${describeUnits(event)}  ${event.seconds.toFixed(1)} s\n`,
        )
      }
    },
    end(): void {
      if (live) stream.write('\r\x1b[K')
    },
  }
}

const describeUnits = ({ activity }: EpochRecord): string =>
  activity ? `  ρ̂ ${activity.mean.toPrecision(3)}, ${activity.dead} dead, ${activity.saturated} saturated` : ''

type Progress = Extract<FitEvent, { type: 'progress' }>

/** `vanilla ━━━━━━───── epoch 3/10  loss 0.0031  61,204 rows/s  5 s left` */
export function describe(label: string, event: Progress, columns: number): string {
  const { epoch, epochs, step, steps, loss, rowsPerSecond, secondsLeft } = event
  const done = Math.round((step / steps) * WIDTH)
  const bar = '━'.repeat(done) + '─'.repeat(WIDTH - done)
  const rate = Math.round(rowsPerSecond).toLocaleString('en')
  const text = `${label} ${bar} epoch ${epoch}/${epochs}  loss ${loss.toPrecision(3)}  ${rate} rows/s  ${Math.ceil(secondsLeft)} s left`
  return text.length <= columns - 1 ? text : text.slice(0, Math.max(0, columns - 1))
}
