import { beforeEach, describe, expect, test, vi } from 'vitest'
import { LogOutput } from '../../../src/telemetry/log-output.ts'

const waitMs = 100

let written: string[]
let output: LogOutput

beforeEach(() => {
  written = []
  output = new LogOutput({ sink: { write: (lines) => void written.push(lines) }, scrub: withoutSecret, waitMs })
})

function withoutSecret(lines: string): string {
  return lines.replaceAll('hunter2', '[redacted]')
}

describe('a line that may wait', () => {
  test('is written with others in one piece, no later than it may wait', () => {
    vi.useFakeTimers()
    output.writeSoon('one\n')
    vi.advanceTimersByTime(waitMs / 2)
    output.writeSoon('two\n')
    expect(written).toEqual([])
    vi.advanceTimersByTime(waitMs / 2)
    expect(written).toEqual(['one\ntwo\n'])
    vi.useRealTimers()
  })

  test('is written before any line that comes after it and does not wait', () => {
    output.writeSoon('answered\n')
    output.write('failed\n')
    expect(written.join('')).toBe('answered\nfailed\n')
  })

  test('does not wait while there is much of it', () => {
    const line = `${'x'.repeat(1_000)}\n`
    for (let count = 0; count < 100; count++) output.writeSoon(line)
    expect(written.length).toBeGreaterThan(0)
    output.flush()
    expect(written.join('')).toBe(line.repeat(100))
  })

  test('is scrubbed, and written once', () => {
    output.writeSoon('hunter2\n')
    output.flush()
    output.flush()
    expect(written).toEqual(['[redacted]\n'])
  })
})

test('where no time is named, no line waits', () => {
  const atOnce = new LogOutput({ sink: { write: (lines) => void written.push(lines) }, scrub: withoutSecret })
  atOnce.writeSoon('one\n')
  atOnce.writeSoon('two\n')
  expect(written).toEqual(['one\n', 'two\n'])
})
