import type { SoakSample } from './judge-soak.ts'

/** One look at `/metrics`. The delay of the event loop is counted anew with each. */
export async function sampleService(metricsUrl: string, seconds: number): Promise<SoakSample> {
  const text = await (await fetch(metricsUrl)).text()
  return {
    seconds,
    rssMegabytes: figure(text, 'process_resident_memory_bytes') / 1024 ** 2,
    outboxAgeSeconds: figure(text, 'signals_relay_lag_seconds'),
    eventLoopDelayP99Ms: figure(text, 'nodejs_eventloop_lag_p99_seconds') * 1000,
    pendingEvidence: figure(text, 'signals_pending_evidence'),
  }
}

function figure(text: string, name: string): number {
  const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  if (Number.isNaN(value)) throw new Error(`the service does not tell ${name}`)
  return value
}
