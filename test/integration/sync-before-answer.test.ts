import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EvidenceClient, postSmallGraph } from '../support/evidence-client.ts'
import { startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const canTrace = spawnSync('strace', ['-V']).status === 0

// Whether a sync reaches the medium is the disk's word; that it was asked for in time is ours.
test.skipIf(!canTrace)('data is synced between the last write and the 202', async () => {
  await using directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  const trace = join(directory.path, 'trace')
  const calls = 'trace=fsync,fdatasync,pwrite64,write,writev,rename,renameat,link,linkat'
  const service = await startServiceProcess(data, {}, ['strace', '-f', '-y', '-s', '64', '-e', calls, '-o', trace])
  const { callgraphId } = await postSmallGraph(service.url, 'synced')
  await new EvidenceClient({ callgraphId, subject: 'synced' }).post(service.url, 'one', ['a'])
  await service.kill('SIGTERM')

  const lines = (await readFile(trace, 'utf8')).split('\n')
  const answers = lines.flatMap((line, position) => (line.includes('HTTP/1.1 202') ? [position] : []))
  expect(answers).toHaveLength(2)
  for (const answer of answers) {
    const before = lines.slice(0, answer)
    const lastWrite = before.findLastIndex((line) => /(pwrite64|write)\(/.test(line) && line.includes('signals.db'))
    const lastSync = before.findLastIndex((line) => /f(data)?sync\(/.test(line) && line.includes('signals.db'))
    expect(lastWrite).toBeGreaterThan(-1)
    expect(lastSync).toBeGreaterThan(lastWrite)
  }
})
