import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Every file of the checkout but what `.gitignore` keeps out: also those that git does not know yet. */
export async function filesOf(root: string): Promise<string[]> {
  const ignored = ignoredNames(readFileSync(join(root, '.gitignore'), 'utf8'))
  const files: string[] = []
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (ignored.has(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (entry.isFile()) files.push(relative(root, path))
    }
  }
  await walk(root)
  return files.sort()
}

/** Names of folders and files; patterns are not followed, so that what they keep out is looked at once too often. */
function ignoredNames(gitignore: string): Set<string> {
  const lines = gitignore.split('\n').filter((line) => line !== '' && !/[#*]/.test(line))
  return new Set(['.git', ...lines.map((line) => line.replace(/\/$/, ''))])
}
