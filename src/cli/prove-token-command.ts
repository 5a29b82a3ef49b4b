import { Command, InvalidArgumentError } from 'commander'
import { makeProof } from '../auth/possession/make-proof.ts'
import type { CommandDeps } from './command-deps.ts'
import { loadSigningKey } from './key-directory.ts'
import { readToken } from './service-options.ts'

interface ProveOptions {
  readonly key: string
  readonly tokenFile: string
  readonly method: string
  readonly url: string
  readonly nonce?: string
}

/** For those whose HTTP client knows nothing of DPoP. */
export function proveTokenCommand({ clock, newId, print }: CommandDeps): Command {
  return new Command('prove')
    .description('print a proof, for one request, that a token is the own one of whoever sends it (DPoP)')
    .requiredOption('--key <file>', 'the private key that the token is bound to')
    .requiredOption('--token-file <file>', 'a file that holds the token alone')
    .requiredOption('--url <url>', 'what is asked, as the service is seen from outside', readUrl)
    .option('--method <method>', 'how it is asked', 'GET')
    .option('--nonce <nonce>', 'the DPoP-Nonce of the last answer, where the service sends one')
    .addHelpText(
      'after',
      `
The proof alone is on standard output. It is good once, for about a minute. Commands that ask a service make
their own: --proof-key.

Examples:
  url=http://127.0.0.1:8080/signals/facts
  curl $url -H "Authorization: DPoP $(cat token)" \\
    -H "DPoP: $(signals token prove --key client/signing-key.json --token-file token --url $url)"`,
    )
    .action(async ({ key: path, tokenFile, ...request }: ProveOptions) => {
      const key = await loadSigningKey(path)
      print(await makeProof({ key, clock, newId }, { ...request, token: await readToken(tokenFile) }))
    })
}

function readUrl(text: string): string {
  if (URL.canParse(text)) return text
  throw new InvalidArgumentError('A URL is whole: http://127.0.0.1:8080/signals/facts.')
}
