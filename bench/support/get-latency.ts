import { Agent, get } from 'node:http'

/** Milliseconds of the slowest in a hundred GETs, one after another on one connection, while `isOver` says no. */
export async function p99Of(url: string, isOver: () => boolean): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const latencies: number[] = []
  while (!isOver()) {
    const start = performance.now()
    await getOnce(url, agent)
    latencies.push(performance.now() - start)
  }
  agent.destroy()
  const sorted = latencies.sort((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}

function getOnce(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`))
      response.resume().once('end', resolve)
    }).once('error', reject)
  })
}
