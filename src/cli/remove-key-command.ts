import { Command } from 'commander'
import type { CommandDeps } from './command-deps.ts'
import { removeKey } from './key-directory.ts'

/** The end of a rotation, or of a key that others have got hold of. */
export function removeKeyCommand({ say }: CommandDeps): Command {
  return new Command('remove')
    .description('take a key out of the key set: its tokens are refused from then on')
    .requiredOption('--from <directory>', 'where "signals keys generate" wrote it')
    .requiredOption('--kid <kid>', 'the name of the key')
    .addHelpText(
      'after',
      `
Its private half, signing-key.<kid>.json, is deleted. The key that signs now cannot be removed:
add another first.

Example:
  signals keys remove --from keys --kid 6fJKGsOBoOg27GFht4V_D7DjH1CDBITK-r9mO1qjOUA`,
    )
    .action(async ({ from, kid }: { readonly from: string; readonly kid: string }) => {
      await removeKey(from, kid)
      say(`${from}: removed key ${kid}`)
    })
}
