import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fault, withFault } from './fault.ts'

const copied = ['src', 'test', 'fixtures', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/** A copy of the checkout that may be spoilt: the checkout itself is never touched. */
export class CheckoutCopy implements AsyncDisposable {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  static async of(checkout: string): Promise<CheckoutCopy> {
    const directory = await mkdtemp(join(tmpdir(), 'signals-mutation-'))
    for (const name of copied) await cp(join(checkout, name), join(directory, name), { recursive: true })
    await symlink(join(checkout, 'node_modules'), join(directory, 'node_modules'))
    return new CheckoutCopy(directory)
  }

  /** Runs something while the fault is in its file; afterwards the file is as it was. */
  async faulty<Result>(fault: Fault, run: () => Promise<Result>): Promise<Result> {
    const path = join(this.directory, fault.file)
    const text = await readFile(path, 'utf8')
    await writeFile(path, withFault(fault, text))
    try {
      return await run()
    } finally {
      await writeFile(path, text)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}
