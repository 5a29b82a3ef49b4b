import { createReadStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import type { CasObject } from '../cas/cas-store.ts'
import { Staging } from '../cas/staging.ts'
import type { Divergence } from '../replay/compare-facts.ts'
import { type Replay, replayBundle } from '../replay/replay-bundle.ts'
import { ReplayError } from '../replay/replay-errors.ts'
import type { CommandDeps } from './command-deps.ts'
import { CommandError } from './exit.ts'

interface ReplayOptions {
  readonly json?: true
}

/** A file on the machine of whoever runs the command: as large as there is room for in its temporary directory. */
const limits = { maxEntries: 100_000, maxBytes: 64 * 1024 ** 3 }

/** Proves a fact offline: no store, no network, a temporary directory only. */
export function replayCommand({ print, say }: CommandDeps): Command {
  return new Command('replay')
    .description('make the fact of a replay bundle again from its inputs, and compare it bit for bit')
    .argument('<bundle>', 'what GET /signals/facts/{subjectKey}/replay-bundle gave')
    .option('--json', 'print the answer as POST /signals/replay gives it')
    .addHelpText(
      'after',
      `
Exit codes: 0 match, 2 no match, 3 cannot say (an input is missing or altered), 65 no bundle, 66 cannot be read.

Examples:
  curl -o fact.tar.zst http://127.0.0.1:8080/signals/facts/scan-1/replay-bundle
  signals replay fact.tar.zst`,
    )
    .action(async (path: string, { json }: ReplayOptions) => {
      const replay = await replayFile(path)
      if (json) print(JSON.stringify(replay))
      else print(verdictOf(replay))
      for (const { file, problem, message } of replay.problems) say(`${file}: ${problem}: ${message}`)
      if (replay.match === null) throw new CommandError('cannotSay', 'it cannot be said whether the fact is right')
      if (!replay.match) throw new CommandError('mismatch', 'the inputs do not give this fact')
    })
}

async function replayFile(path: string): Promise<Replay> {
  const bundle = await openFile(path)
  const directory = await mkdtemp(join(tmpdir(), 'signals-replay-'))
  try {
    return await replayBundle({ staging: await Staging.open(directory), limits }, bundle)
  } catch (error) {
    if (error instanceof ReplayError) throw new CommandError('invalidData', error.message, { cause: error })
    throw error
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function openFile(path: string): Promise<CasObject> {
  try {
    const { size } = await stat(path)
    return { stored: createReadStream(path), storedLength: size }
  } catch (error) {
    throw new CommandError('noInput', `${path} cannot be read`, { cause: error })
  }
}

function verdictOf({ match, subjectKey, factVersion, expectedDigest, computedDigest, divergence }: Replay): string {
  const what = `${subjectKey ?? 'a fact'} version ${factVersion ?? '?'}`
  if (match === null) return `cannot say  ${what}`
  if (match) return `match  ${what}  ${expectedDigest}`
  const digests = `expected ${expectedDigest}\ncomputed ${computedDigest}`
  return [`no match  ${what}`, digests, ...(divergence ? [placeOf(divergence)] : [])].join('\n')
}

function placeOf({ member, state, entry, field, expected, computed }: Divergence): string {
  const of = state ? `${state.target} in ${state.callgraphId}` : entry
  const place = [member, of, field].filter((part) => part !== undefined).join(', ')
  return `first divergence: ${place}: expected ${JSON.stringify(expected)}, computed ${JSON.stringify(computed)}`
}
