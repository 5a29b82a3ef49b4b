export interface ClosingStep {
  readonly name: string
  readonly close: () => Promise<unknown>
  /** What is done when time has run out. */
  readonly force?: () => void
}

/** Closes one after another, each within its time; a step that fails or hangs is told of and does not stop the next. */
export async function closeInOrder(
  steps: readonly ClosingStep[],
  limitMs: number,
  onFailure: (step: string, error: unknown) => void,
): Promise<void> {
  for (const step of steps) {
    try {
      await within(limitMs, step)
    } catch (error) {
      onFailure(step.name, error)
    }
  }
}

async function within(limitMs: number, { name, close, force }: ClosingStep): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    force?.()
    late.reject(new Error(`${name} did not close within ${limitMs} ms`))
  }, limitMs)
  try {
    await Promise.race([close(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
