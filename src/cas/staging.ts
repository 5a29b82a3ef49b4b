import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { sha256Of } from '../identifiers/digest.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { casUnavailable, errnoOf } from './cas-errors.ts'
import type { StagedBlob } from './staged-blob.ts'
import { StagingWriter, stagedFile } from './staging-writer.ts'
import { storedFormLater, storedFormOf } from './stored-form.ts'

/** Up to here content is compressed at once, which costs the calling thread a few milliseconds at most. */
const smallLength = 1024 * 1024
/** Up to here it is compressed in one piece, on another thread. */
const wholeLength = 8 * 1024 * 1024
const oneDay = 24 * 60 * 60 * 1000

/** A directory of bytes that are not content yet. Every file in it has an owner: a host and a process. */
export class Staging {
  readonly #directory: string
  readonly #host = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async open(directory: string): Promise<Staging> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return new Staging(directory)
  }

  /** Stages all of a source, or leaves nothing behind. */
  async stage(source: Uint8Array | AsyncIterable<Uint8Array>, encoding: StagedBlob['encoding']): Promise<StagedBlob> {
    if (!(source instanceof Uint8Array)) return this.#stageAll(source, encoding)
    return source.byteLength <= wholeLength ? this.#stageWhole(source, encoding) : this.#stageAll([source], encoding)
  }

  /** For content that is produced piece by piece. Whoever asks for a writer finishes or aborts it. */
  async writer(encoding: StagedBlob['encoding']): Promise<StagingWriter> {
    const path = this.#newPath()
    try {
      return new StagingWriter(await open(path, 'wx', 0o600), path, encoding)
    } catch (error) {
      throw casUnavailable(error, 'staging content')
    }
  }

  /** Removes what dead processes left, and says how much. Safe while other processes, also on other hosts, stage here. */
  async clearAbandoned(clock: Clock = systemClock): Promise<number> {
    const abandoned = await this.abandoned(clock)
    await Promise.all(abandoned.map((name) => rm(join(this.#directory, name), { force: true })))
    return abandoned.length
  }

  /** What dead processes left. */
  async abandoned(clock: Clock = systemClock): Promise<string[]> {
    const names = await readdir(this.#directory)
    const abandoned: string[] = []
    for (const name of names) {
      if (await this.#isAbandoned(name, clock())) abandoned.push(name)
    }
    return abandoned
  }

  async #stageAll(
    source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    encoding: StagedBlob['encoding'],
  ): Promise<StagedBlob> {
    const writer = await this.writer(encoding)
    try {
      for await (const chunk of source) await writer.write(chunk)
      return await writer.finish()
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  async #stageWhole(content: Uint8Array, encoding: StagedBlob['encoding']): Promise<StagedBlob> {
    const path = this.#newPath()
    const stored = encoding === 'zstd' ? await compressed(content) : content
    try {
      await writeFile(path, stored, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      await rm(path, { force: true })
      throw casUnavailable(error, 'staging content')
    }
    return stagedFile(path, {
      encoding,
      digest: sha256Of(content),
      contentLength: content.byteLength,
      storedLength: stored.byteLength,
    })
  }

  #newPath(): string {
    return join(this.#directory, `${this.#host}.${process.pid}.${randomUUID()}`)
  }

  // A process id says nothing about another host (or container), and is used again: hence the age, and the time of our start.
  async #isAbandoned(name: string, now: number): Promise<boolean> {
    const [, host, pid] = /^([A-Za-z0-9-]+)\.(\d+)\.[0-9a-f-]{36}$/.exec(name) ?? []
    const changed = await stat(join(this.#directory, name)).catch(() => undefined)
    if (host === undefined || changed === undefined) return false
    if (changed.mtimeMs < now - oneDay) return true
    if (host !== this.#host) return false
    if (Number(pid) === process.pid) return changed.mtimeMs < now - process.uptime() * 1000
    return !isAlive(Number(pid))
  }
}

async function compressed(content: Uint8Array): Promise<Buffer> {
  return content.byteLength <= smallLength ? storedFormOf(content) : await storedFormLater(content)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}
