/** One choice for each concern that the configuration lets be chosen apart. */
export interface Mode {
  readonly store: 'sqlite' | 'mongo'
  /** Of cache and bus, which one URL moves together. */
  readonly bus: 'in-process' | 'redis'
  readonly cas: 'filesystem' | 's3'
}

export const embedded: Mode = { store: 'sqlite', bus: 'in-process', cas: 'filesystem' }
export const distributed: Mode = { store: 'mongo', bus: 'redis', cas: 's3' }

/** All combinations but the embedded one, in which every test runs anyway. */
export const otherModes: readonly Mode[] = (['sqlite', 'mongo'] as const)
  .flatMap((store) =>
    (['in-process', 'redis'] as const).flatMap((bus) =>
      (['filesystem', 's3'] as const).map((cas): Mode => ({ store, bus, cas })),
    ),
  )
  .filter((mode) => nameOf(mode) !== nameOf(embedded))

export function nameOf({ store, bus, cas }: Mode): string {
  return `${store}, ${bus}, ${cas}`
}
