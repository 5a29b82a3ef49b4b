import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let service: ServiceProcess

beforeEach(async () => {
  directory = await temporaryDirectory()
  service = await startServiceProcess(directory.path)
})
afterEach(async () => {
  await service.kill()
  await directory[Symbol.asyncDispose]()
})

async function askAs(correlationId: string): Promise<void> {
  await fetch(`${service.url}/signals/facts/nobody`, { headers: { 'x-correlation-id': correlationId } })
}

function toldOf(correlationId: string): number {
  return service.log.filter((line) => line.includes('request completed') && line.includes(correlationId)).length
}

describe('the line of an answer', () => {
  test('is there soon, though nothing follows', async () => {
    await askAs('lone')
    await service.untilLogged('"correlationId":"lone"')
    expect(toldOf('lone')).toBe(1)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'is written when %s ends the service just then',
    async (signal) => {
      await Promise.all(Array.from({ length: 20 }, (_, position) => askAs(`last-${position}-`)))
      service.child.kill(signal)
      await service.exited
      expect(Array.from({ length: 20 }, (_, position) => toldOf(`last-${position}-`))).toEqual(Array(20).fill(1))
    },
  )
})
