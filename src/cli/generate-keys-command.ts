import { Command, Option } from 'commander'
import { type SigningAlgorithm, signingAlgorithms } from '../auth/auth-settings.ts'
import { generateKey } from '../auth/signing-key.ts'
import type { CommandDeps } from './command-deps.ts'
import { addKey, completeKeys, createKeys, keySetFile, signingKeyFile } from './key-directory.ts'

interface GenerateOptions {
  readonly out: string
  readonly alg: SigningAlgorithm
  readonly add: boolean
  readonly ifMissing: boolean
}

/** Keys for those without an identity provider. */
export function generateKeysCommand({ say }: CommandDeps): Command {
  return new Command('generate')
    .description('make a private key to sign with, and the key set that the service checks with')
    .option('--out <directory>', 'where both are written', '.')
    .addOption(new Option('--alg <algorithm>', 'kind of signature').choices(signingAlgorithms).default('ES256'))
    .addOption(new Option('--add', 'add a key to those that are there, for rotation').default(false))
    .addOption(new Option('--if-missing', 'leave keys that are there as they are').default(false).conflicts('add'))
    .addHelpText(
      'after',
      `
Writes ${signingKeyFile} (readable by you alone) and ${keySetFile} (for everybody). Never overwrites a key.
With --add the new key is what ${signingKeyFile} holds; the one before rests as signing-key.<kid>.json, and
${keySetFile} has both, so that older tokens stay good.

Examples:
  signals keys generate --out keys
  signals keys generate --out keys --add
  SIGNALS__AUTH__JWKS=keys/${keySetFile} … npm start`,
    )
    .action(async ({ out, alg, add, ifMissing }: GenerateOptions) => {
      if (ifMissing && (await completeKeys(out))) return say(`${out} holds keys already`)
      const pair = await generateKey(alg)
      await (add ? addKey(out, pair) : createKeys(out, pair))
      say(`${out}: new ${alg} key ${pair.signing.kid}`)
    })
}
