import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { casUnavailable, isAbsence } from './cas-errors.ts'
import { isKeyText } from './cas-key.ts'

/** The keys of the files below a directory, in ordinal order, one directory in memory at a time. */
export async function* keysBelow(directory: string, prefix = ''): AsyncGenerator<string> {
  for (const entry of await sortedEntries(directory)) {
    const key = prefix + entry.name
    if (entry.isDirectory()) yield* keysBelow(join(directory, entry.name), `${key}/`)
    // What no put could have named is not an object: a file somebody left there, or one still being written.
    else if (entry.isFile() && isKeyText(key)) yield key
  }
}

/** What else lies there, such as what is staged or was moved aside, has no tenant's name. */
export async function* tenantsBelow(root: string): AsyncGenerator<Tenant> {
  for (const entry of await sortedEntries(root)) {
    if (entry.isDirectory() && isTenant(entry.name)) yield entry.name
  }
}

async function sortedEntries(directory: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.sort((left, right) => compareOrdinal(sortName(left), sortName(right)))
  } catch (error) {
    if (isAbsence(error)) return []
    throw casUnavailable(error, 'listing content')
  }
}

/** Keys compare as whole texts, so a directory sorts with the slash that follows its name: `a.b` comes before `a/b`. */
function sortName(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name
}
