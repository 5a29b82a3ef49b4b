import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../test/support/real-parts/free-port.ts'
import { startService } from '../support/server-process.ts'
import { figuresOf, judgeSoak, type SoakSample, type SoakVerdict } from './judge-soak.ts'
import { sampleService } from './sample-service.ts'
import { SoakLoad } from './soak-load.ts'

const shareOfCapacity = 0.7
const sampleEverySeconds = 5
/** Of a soak of ten minutes the first two: caches fill, and code is compiled. */
const shareLeftOut = 0.2

/** The service for a while under a load that it can bear, found out just before. */
export async function soak(minutes: number): Promise<SoakVerdict> {
  const metricsPort = await freePort()
  const settings = { SIGNALS__TELEMETRY__METRICS__PORT: String(metricsPort) }
  await using service = await startService({ settings })
  const load = await SoakLoad.prepare(service.url)
  const seconds = minutes * 60
  await load.capacity(seconds / 60)
  const capacity = await load.capacity(seconds / 20)
  const rate = shareOfCapacity * capacity
  const sampling = new AbortController()
  const [samples, sent] = await Promise.all([
    sampleUntil(sampling.signal, `http://127.0.0.1:${metricsPort}/metrics`),
    load.atRate(rate, seconds).finally(() => sampling.abort()),
  ])
  const keptUp = sent.acknowledged / (rate * sent.seconds)
  const later = samples.filter(({ seconds: at }) => at >= shareLeftOut * seconds)
  return judgeSoak(minutes, { capacity, rate, keptUp, refused: sent.refused }, figuresOf(later))
}

async function sampleUntil(signal: AbortSignal, metricsUrl: string): Promise<SoakSample[]> {
  const start = performance.now()
  const samples: SoakSample[] = []
  // The first only sets the event loop's figures to nothing.
  await sampleService(metricsUrl, 0)
  while (await isStillOn(signal)) samples.push(await sampleService(metricsUrl, (performance.now() - start) / 1000))
  return samples
}

async function isStillOn(signal: AbortSignal): Promise<boolean> {
  return await pause(sampleEverySeconds * 1000, true, { signal }).catch(() => false)
}
