/** How much a run of `test/hostile` tries; a test asks for it with `inject('hostile')`. */
export interface HostileOptions {
  /** Requests of the fuzzer. */
  readonly count: number
  /** Everything that is drawn follows from it. */
  readonly seed: number
}

declare module 'vitest' {
  interface ProvidedContext {
    hostile: HostileOptions
  }
}

export const hostileVariables = { count: 'HOSTILE_COUNT', seed: 'HOSTILE_SEED' } as const

const defaults: HostileOptions = { count: 10_000, seed: 20_261_128 }

export function readHostileOptions(env: Readonly<Record<string, string | undefined>>): HostileOptions {
  return { count: wholeNumber(env, 'count'), seed: wholeNumber(env, 'seed') }
}

function wholeNumber(env: Readonly<Record<string, string | undefined>>, option: keyof HostileOptions): number {
  const text = env[hostileVariables[option]]
  if (text === undefined) return defaults[option]
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`--${option} is a whole number`)
  return Number(text)
}
