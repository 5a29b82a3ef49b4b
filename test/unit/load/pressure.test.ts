import { describe, expect, test } from 'vitest'
import { Pressure, type PressureDeps } from '../../../src/load/pressure.ts'

interface Figures {
  readonly resident?: number
  readonly delay?: number
  readonly room?: number
}

function under({ resident = 0, delay = 0, room = 1 }: Figures): Pressure {
  const deps: PressureDeps = {
    limits: { memoryBytes: 1_000, eventLoopDelayMs: 100 },
    residentBytes: () => resident,
    eventLoopDelay: { milliseconds: delay },
    disk: { roomBytes: room },
  }
  return new Pressure(deps)
}

const refused = (code: string) => expect.objectContaining({ code, retryAfterSeconds: expect.any(Number) })

describe('work begins', () => {
  test('while there is room for it', () => {
    under({ resident: 750, delay: 100, room: 1 }).admit('ingest', 5)
  })

  test('alone, however much memory is held: it may never be given back', () => {
    under({ resident: 2_000 }).admit('ingest', 0)
  })

  test('that needs no disk, however full that is', () => {
    under({ room: -1 }).admit('expensive', 5)
  })
})

describe('work is refused, for a while,', () => {
  test('that has to be stored, when there is no room on disk', () => {
    expect(() => under({ room: 0 }).admit('ingest', 0)).toThrow(refused('DISK_SHORT'))
  })

  test.each(['ingest', 'expensive'] as const)('beside other work, when memory is short: %s', (work) => {
    expect(() => under({ resident: 751 }).admit(work, 1)).toThrow(refused('MEMORY_SHORT'))
  })

  test.each(['ingest', 'expensive'] as const)('when the event loop is late: %s', (work) => {
    expect(() => under({ delay: 101 }).admit(work, 0)).toThrow(refused('SERVICE_BUSY'))
  })
})
