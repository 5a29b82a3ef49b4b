import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command = '']) => command.trim())
const answers = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text))

async function shell(script: string): Promise<string> {
  return (await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: root })).stdout
}

test('the five commands of docs/security.md do what it says', async () => {
  await using directory = await temporaryDirectory()
  expect(commands).toHaveLength(5)
  const here = commands.map((text) => text.replace(/(--out |--key |JWKS=)keys/, `$1${directory.path}/keys`))
  const [generate = '', start = '', mint = '', withToken = '', withoutToken = ''] = here
  await shell(generate)
  const variables = Object.fromEntries(
    [...start.matchAll(/(SIGNALS__\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  )
  // Every address: tokens open the network, without any further key.
  const open = { ...variables, SIGNALS__HTTP__HOST: '0.0.0.0' }
  const service = await startServiceProcess(join(directory.path, 'data'), open)
  try {
    const url = `http://127.0.0.1:${new URL(service.url).port}`
    const ask = (command: string): Promise<string> => shell(`${mint}\n${command.replace('http://127.0.0.1:8080', url)}`)
    expect(JSON.parse(await ask(withToken))).toEqual(answers[0])
    const refused = JSON.parse(await ask(withoutToken))
    expect({ ...refused, correlationId: '…' }).toEqual(answers[1])
    expect(service.log.join('\n')).not.toContain('AUTHENTICATION IS OFF')
  } finally {
    await service.kill('SIGTERM')
  }
})

test('while authentication is off the log and /status say so, loudly', async () => {
  await using directory = await temporaryDirectory()
  const service = await startServiceProcess(join(directory.path, 'data'))
  try {
    expect(JSON.parse(await service.untilLogged('AUTHENTICATION IS OFF'))).toMatchObject({ level: 'warn' })
    const status = await (await fetch(`${service.url}/status`)).json()
    expect(status).toMatchObject({ authentication: { mode: 'off', warning: expect.stringMatching(/IS OFF/) } })
  } finally {
    await service.kill('SIGTERM')
  }
})
