import { parse } from 'yaml'
import { environmentName, type Setting } from './settings.ts'

export interface EnvironmentSettings {
  /** Nested as the settings are. */
  readonly values: SettingsTree
  /** Names that begin with the prefix and are no setting's. */
  readonly unknownNames: readonly string[]
}

export type SettingsTree = Record<string, unknown>

/** The settings that environment variables name. An empty variable is absent, as compose files leave them. */
export function settingsFromEnvironment(
  settings: readonly Setting[],
  { prefix, variables }: { readonly prefix: string; readonly variables: Readonly<Record<string, string | undefined>> },
): EnvironmentSettings {
  const byName = new Map(settings.map((setting) => [environmentName(prefix, setting.path), setting]))
  const values: SettingsTree = {}
  const unknownNames: string[] = []
  for (const [name, text] of Object.entries(variables)) {
    if (!name.startsWith(`${prefix}__`)) continue
    const setting = byName.get(name)
    if (!setting) unknownNames.push(name)
    else if (text !== undefined && text !== '') put(values, setting.path, readText(setting, text))
  }
  return { values, unknownNames: unknownNames.sort() }
}

/** `over` wins, key by key; lists and scalars are replaced whole. A key that holds nothing is absent. */
export function mergeSettings(under: SettingsTree, over: SettingsTree): SettingsTree {
  const merged: SettingsTree = {}
  for (const key of new Set([...Object.keys(under), ...Object.keys(over)])) {
    const below = under[key] ?? undefined
    const above = over[key] ?? below
    if (above !== undefined) merged[key] = isTree(above) ? mergeSettings(isTree(below) ? below : {}, above) : above
  }
  return merged
}

export function isTree(value: unknown): value is SettingsTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function put(tree: SettingsTree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path
  if (key === undefined) return
  if (rest.length === 0) {
    tree[key] = value
    return
  }
  const below = tree[key]
  const branch = isTree(below) ? below : {}
  tree[key] = branch
  put(branch, rest, value)
}

/** A scalar as YAML would read it, so that file and environment agree; what does not fit the schema is refused there. */
function readText(setting: Setting, text: string): unknown {
  if (setting.isText) return text
  if (setting.type === 'list') return text.split(',').map((entry) => entry.trim())
  try {
    return parse(text)
  } catch {
    return text
  }
}
