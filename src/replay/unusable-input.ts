import { CasError } from '../cas/cas-errors.ts'

/** An input whose bytes are those that the manifest names, but which cannot be read as what it should be. */
export class UnusableInput extends Error {
  override readonly name = 'UnusableInput'
  readonly file: string

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.file = file
  }
}

/** Reads an input of which nothing is known but its digest: whatever is wrong with it is said of it by name. */
export async function readingInput<Value>(file: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    // A full disk is no fault of the input.
    if (error instanceof CasError && error.code === 'CAS_UNAVAILABLE') throw error
    if (error instanceof UnusableInput) throw error
    throw new UnusableInput(file, error instanceof Error ? error.message : String(error), { cause: error })
  }
}
