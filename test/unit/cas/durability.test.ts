import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inTemporaryDirectory } from './in-temporary-directory.ts'

const current = inTemporaryDirectory()
// Tracing needs the tool, and a container that allows it.
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0

const watched = 'trace=fsync,fdatasync,link,linkat,rename,mkdir,write'
const interrupted = ' <unfinished ...>'
const asModule = ['--input-type=module', '-e']

const source = (file: string) => JSON.stringify(join(import.meta.dirname, '../../../src/cas', file))

/** The calls of a process that puts one content twice, in order; paths are relative to its directory. */
function traced(directory: string): string[] {
  const script = `
    import { writeSync } from 'node:fs'
    import { FilesystemCasStore } from ${source('filesystem-cas-store.ts')}
    import { Staging } from ${source('staging.ts')}
    const store = new FilesystemCasStore(process.argv[1] + '/new/cas')
    const staging = await Staging.open(process.argv[1] + '/staging')
    const key = { tenant: 'acme', namespace: 'artifacts', key: 'ab/a' }
    for (const _ of [1, 2]) {
      const blob = await staging.stage(Buffer.from('content'), 'identity')
      writeSync(1, 'acknowledged: ' + (await store.put(key, blob)))
      await blob.discard()
    }`
  const { stderr } = spawnSync(
    'strace',
    ['-f', '-y', '-qq', '-e', 'signal=none', '-e', watched, process.execPath, ...asModule, script, directory],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  return callsOf(stderr, directory)
}

/** A call that another thread interrupts is printed in two lines: what counts is when it ended. */
function callsOf(trace: string, directory: string): string[] {
  const begun = new Map<string, string>()
  const calls: string[] = []
  for (const line of trace.split('\n')) {
    const [, thread = '', text = ''] = /^(?:\[pid +(\d+)\] )?(.*)$/.exec(line) ?? []
    const unfinished = text.endsWith(interrupted)
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1]
    if (unfinished) begun.set(thread, text.slice(0, -interrupted.length))
    else calls.push(resumed === undefined ? text : `${begun.get(thread) ?? ''}${resumed}`)
  }
  return calls.map((call) =>
    call
      .replaceAll(/ +/g, ' ')
      .replaceAll(directory, '')
      .replaceAll(/\/staging\/[^>"]+/g, '/staging/blob'),
  )
}

test.skipIf(!canTrace)(
  'content is on the disk under its name, with all directories above, before a put is acknowledged',
  () => {
    const calls = traced(current().directory)
    const place = (pattern: RegExp, from = 0) => {
      const found = calls.findIndex((call, index) => index >= from && pattern.test(call))
      expect(found, `${pattern} in\n${calls.filter((call) => !/"\\|eventfd/.test(call)).join('\n')}`).not.toBe(-1)
      return found
    }
    const link = place(/^link\("\/staging\/blob", "\/new\/cas\/acme\/artifacts\/ab\/a"\) = 0/)
    const stored = place(/acknowledged: stored/)
    expect(place(/^f(data)?sync\(\d+<\/staging\/blob>\) = 0/)).toBeLessThan(link)
    expect(link).toBeLessThan(stored)
    expect(place(/^fsync\(\d+<\/new\/cas\/acme\/artifacts\/ab>\) = 0/, link)).toBeLessThan(stored)
    for (const directory of ['/new', '/new/cas', '/new/cas/acme', '/new/cas/acme/artifacts']) {
      const parent = directory.slice(0, directory.lastIndexOf('/'))
      expect(place(new RegExp(`^mkdir\\("${directory}", 0700\\) = 0`))).toBeLessThan(stored)
      expect(place(new RegExp(`^fsync\\(\\d+<${parent}>\\) = 0`))).toBeLessThan(stored)
    }
    const present = place(/acknowledged: present/)
    expect(place(/^fsync\(\d+<\/new\/cas\/acme\/artifacts\/ab>\) = 0/, stored)).toBeLessThan(present)
  },
)
