import { Command } from 'commander'
import { openStores } from '../assembly/open-stores.ts'
import { type Config, ConfigError, loadConfig, processSources } from '../config.ts'
import type { ToldFinding, Verified } from '../integrity/verify-store.ts'
import { verifyStore } from '../integrity/verify-store.ts'
import { createMeasures, createRegistry } from '../telemetry/measures.ts'
import type { CommandDeps } from './command-deps.ts'
import { CommandError } from './exit.ts'
import { isThere } from './json-files.ts'

interface VerifyOptions {
  readonly config?: string
  readonly json: boolean
  readonly quarantine: boolean
}

/** Whether what is stored still is what it says. */
export function verifyCommand({ print }: CommandDeps): Command {
  return new Command('verify')
    .description('look at everything that is stored, and say what is lost or not what it should be')
    .option('--config <file>', 'the configuration of the service; SIGNALS_… variables count as for the service')
    .option('--json', 'one JSON object a line: each finding, and the summary as the last', false)
    .option('--quarantine', 'move corrupt content aside, so that posting it again stores it anew', false)
    .addHelpText(
      'after',
      `
Safe beside a running service. Findings and the summary are on standard output. The exit code is 0 when all is
clean, 4 when something was found, 69 when not everything could be looked at.

Examples:
  signals verify --config /etc/signals.yaml
  signals verify --json --quarantine | jq 'select(.severity == "error")'`,
    )
    .action(async ({ config: path, json, quarantine }: VerifyOptions) => {
      const config = readConfig(path)
      await requireStore(config)
      const onFinding = (told: ToldFinding): void => print(json ? JSON.stringify(told) : lineOf(told))
      const verified = await verify(config, { quarantine, onFinding })
      print(json ? JSON.stringify({ summary: verified }) : summaryOf(verified))
      if (verified.findings > 0) throw new CommandError('findings', `${countOf(verified.findings, 'finding')}`)
    })
}

function readConfig(path: string | undefined): Config {
  try {
    return loadConfig({ ...processSources(), argv: path === undefined ? [] : ['--config', path] })
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError('noInput', error.message, { cause: error })
    throw error
  }
}

/** A store that is opened is made where there is none, and an empty one is clean. */
async function requireStore({ store, sqlite }: Config): Promise<void> {
  if (store.driver === 'sqlite' && !(await isThere(sqlite.path))) {
    throw new CommandError('noInput', `there is no store at ${sqlite.path}`)
  }
}

async function verify(config: Config, options: Parameters<typeof verifyStore>[1]): Promise<Verified> {
  await using opened = new AsyncDisposableStack()
  try {
    const stores = await openStores(config, createMeasures(createRegistry()), opened)
    return await verifyStore(stores, options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError('unavailable', `not everything could be looked at: ${reason}`, { cause: error })
  }
}

function lineOf({ severity, kind, tenant, where, what, expected, found, isQuarantined }: ToldFinding): string {
  const details = [
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(found === undefined ? [] : [`found ${found}`]),
    ...(isQuarantined ? ['moved aside'] : []),
  ]
  const place = tenant === undefined ? where : `${tenant} ${where}`
  return `${severity} ${kind} ${place}: ${[what, ...details].join('; ')}`
}

function summaryOf({ tenants, blobs, rows, events, findings }: Verified): string {
  const looked = [countOf(tenants, 'tenant'), countOf(blobs, 'blob'), countOf(rows, 'row'), countOf(events, 'event')]
  return `${looked.join(', ')}: ${findings === 0 ? 'clean' : countOf(findings, 'finding')}`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
