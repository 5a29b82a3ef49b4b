import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EvidenceClient, postSmallGraph } from '../support/evidence-client.ts'
import { startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const canTrace = spawnSync('strace', ['-V']).status === 0
const isWrite = /\bp?writev?(64)?\(/
const isSync = /\bf(data)?sync\(/
const isLink = /\blink(at)?\(/

// Whether a sync reaches the medium is the disk's word; that it was asked for, and had returned, in time is ours.
test.skipIf(!canTrace)('row and trace of a batch are synced before its 202', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const trace = join(directory.path, 'trace')
  const calls = 'trace=fsync,fdatasync,pwrite64,write,writev,link,linkat'
  // The tracer stands aside (-D): the process that is told to stop is the service. Whole pages are shown, to find a row.
  const tracer = ['strace', '-D', '-f', '-y', '-s', '4200', '-e', calls, '-o', trace]
  const service = await startServiceProcess(data, {}, tracer)
  const { callgraphId } = await postSmallGraph(service.url, 'synced')
  const client = new EvidenceClient({ callgraphId, subject: 'synced' })
  await client.post(service.url, { key: 'the-key-of-this-batch', symbols: ['a'] })
  await service.kill('SIGTERM')

  const traced = callsOf(await readFile(trace, 'utf8'))
  const answers = traced.filter(({ text }) => isWrite.test(text) && text.includes('HTTP/1.1 202'))
  expect(answers).toHaveLength(2)
  const answered = answers[1]!.begin

  const row = traced.find(({ text }) => isWrite.test(text) && text.includes('header:the-key-of-this-batch'))!
  expect(row.text).toContain('signals.db-wal')
  const rowSync = traced.find(({ text, begin }) => begin > row.end && isSync.test(text) && text.includes('signals.db'))!
  expect(rowSync.end).toBeLessThan(answered)

  const link = traced.find(({ text }) => isLink.test(text) && text.includes('/runtime_traces/'))!
  const [, staged = '', folder = ''] = /"([^"]+\/\.staging\/[^"]+)".*"([^"]+)\/[^/"]+"/.exec(link.text)!
  const syncOf = (path: string) => traced.filter(({ text }) => isSync.test(text) && text.includes(`<${path}>`))
  expect(syncOf(staged).some(({ end }) => end < link.begin)).toBe(true)
  expect(syncOf(folder).some(({ begin, end }) => begin > link.end && end < answered)).toBe(true)
})

interface TracedCall {
  readonly text: string
  /** Lines of the trace where it was made and where it returned. */
  readonly begin: number
  readonly end: number
}

/** A call that others overtook is written in two lines; the second says that its thread resumed it. */
function callsOf(trace: string): TracedCall[] {
  const lines = trace.split('\n').map((line) => ({ thread: line.split(' ', 1)[0], line }))
  return lines.flatMap(({ thread, line }, begin) => {
    if (line.includes(' resumed>')) return []
    if (!line.endsWith('<unfinished ...>')) return [{ text: line, begin, end: begin }]
    const end = lines.findIndex(
      (later, at) => at > begin && later.thread === thread && later.line.includes(' resumed>'),
    )
    return [{ text: line, begin, end: end === -1 ? lines.length : end }]
  })
}
