import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { environmentPrefix } from '../../../src/config.ts'
import { environmentName, listSettings } from '../../../src/lib/settings.ts'
import { isTree } from '../../../src/lib/settings-environment.ts'
import { settingsSchema } from '../../../src/settings-schema.ts'

/** Every variable that the service reads. */
export function variablesOfSchema(): Set<string> {
  return new Set(listSettings(settingsSchema).map(({ path }) => environmentName(environmentPrefix, path)))
}

/** Every variable whose key stands in the sample file, also where it stands in a comment because it has no default. */
export function variablesOfSample(): Set<string> {
  const sample = readFileSync(join(import.meta.dirname, '../../../etc/signals.yaml.sample'), 'utf8')
  const tree: unknown = parse(sample.replaceAll(/^( *)# (\w+):$/gm, '$1$2:'))
  return new Set(pathsOf(tree).map((path) => environmentName(environmentPrefix, path)))
}

function pathsOf(tree: unknown, path: readonly string[] = []): string[][] {
  if (!isTree(tree)) return [[...path]]
  return Object.entries(tree).flatMap(([key, below]) => pathsOf(below, [...path, key]))
}
