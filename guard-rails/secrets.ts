import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintSource } from '@secretlint/core'
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend'
import type { Rail } from './rail.ts'
import { filesOf } from './tree.ts'

/** What looks like a secret and is none: by file, and by what stands in the line. */
const pretended: readonly { readonly file: RegExp; readonly line: RegExp; readonly because: string }[] = [
  { file: /^etc\/kubernetes\/secret\.example\.yaml$/, line: /CHANGE-ME/, because: 'to be filled in' },
  { file: /^test\//, line: /:(s3cret|word|pass|p%zz|\[redacted\])@/, because: 'a test plants it and looks for it' },
]

export const secretRail: Rail = {
  name: 'secrets',
  guards: 'no key, password or token is in the tree, from where it could never be taken back',
  mend: 'take it out, and make a new one: this one counts as known. If it only looks like a secret, say so in guard-rails/secrets.ts',
  look: async (root) => {
    const found: string[] = []
    for (const file of await filesOf(root)) found.push(...(await secretsIn(root, file)))
    return found
  },
}

async function secretsIn(root: string, file: string): Promise<string[]> {
  const content = await readFile(join(root, file), 'utf8')
  const lines = content.split('\n')
  return [...(await knownSecrets(file, content)), ...signingKeys(lines)]
    .filter(({ line }) => !isPretended(file, lines[line - 1] ?? ''))
    .map(({ line, kind }) => `${file}:${line} ${kind}`)
}

interface Sighting {
  /** 1-based. */
  readonly line: number
  /** What it is: never the secret itself, for this is printed in public logs. */
  readonly kind: string
}

async function knownSecrets(filePath: string, content: string): Promise<Sighting[]> {
  const { messages } = await lintSource({
    source: { filePath, content, ext: '', contentType: 'text' },
    options: { config: { rules: [{ id: 'recommended', rule: recommended }] }, noPhysicFilePath: true },
  })
  return messages.map(({ loc, ruleId }) => ({ line: loc.start.line, kind: ruleId.replace(/^.*secretlint-rule-/, '') }))
}

/** The one secret that Signals itself makes: a JWK with its private part, or that part in a file that speaks of one. */
function signingKeys(lines: readonly string[]): Sighting[] {
  if (!lines.some((line) => /"?kty"?\s*:/.test(line))) return []
  return lines.flatMap((text, index) =>
    /(^|[\s{,])"?d"?\s*:\s*["'][\w-]{40,}["']/.test(text) ? [{ line: index + 1, kind: 'private key (JWK)' }] : [],
  )
}

function isPretended(file: string, text: string): boolean {
  return pretended.some((known) => known.file.test(file) && known.line.test(text))
}
