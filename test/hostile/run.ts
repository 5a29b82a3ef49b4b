import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { hostileVariables } from './options.ts'

// vitest refuses options that it does not know: ours reach its configuration as variables, and all others are for itself.
const { values, tokens } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' } },
  strict: false,
  tokens: true,
})
const own = new Set(
  tokens.flatMap((token) => (token.kind === 'option' && token.name in hostileVariables ? argsOf(token) : [])),
)
const others = process.argv.slice(2).filter((_argument, index) => !own.has(index))

/** The arguments that an option takes up: one as `--count=5`, two as `--count 5`. */
function argsOf({
  index,
  inlineValue,
}: {
  readonly index: number
  readonly inlineValue?: boolean | undefined
}): number[] {
  return inlineValue === false ? [index, index + 1] : [index]
}

const env = {
  ...process.env,
  ...(typeof values['count'] === 'string' && { [hostileVariables.count]: values['count'] }),
  ...(typeof values['seed'] === 'string' && { [hostileVariables.seed]: values['seed'] }),
}
const vitest = resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.hostile.config.ts', ...others], {
  env,
  stdio: 'inherit',
})
const [code] = await once(child, 'exit')
process.exitCode = code ?? 1
