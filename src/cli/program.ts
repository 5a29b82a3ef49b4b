import { Command } from 'commander'
import type { CommandDeps } from './command-deps.ts'
import { deleteSubjectCommand, deleteTenantCommand } from './delete-command.ts'
import { diffFactCommand } from './diff-fact-command.ts'
import { exitCodeLine } from './exit.ts'
import { explainFactCommand } from './explain-fact-command.ts'
import { generateKeysCommand } from './generate-keys-command.ts'
import { getFactCommand } from './get-fact-command.ts'
import { mintTokenCommand } from './mint-token-command.ts'
import { proveTokenCommand } from './prove-token-command.ts'
import { pushCallgraphCommand } from './push-callgraph-command.ts'
import { pushRuntimeCommand } from './push-runtime-command.ts'
import { pushUnionCommand } from './push-union-command.ts'
import { queryFactCommand } from './query-fact-command.ts'
import { removeKeyCommand } from './remove-key-command.ts'
import { replayCommand } from './replay-command.ts'
import { verifyCommand } from './verify-command.ts'

type MakeCommand = (deps: CommandDeps) => Command

/** Every command, one file each. A group is a word that stands before its commands. */
const commands: readonly MakeCommand[] = [
  group('keys', 'keys that tokens are signed and checked with', [generateKeysCommand, removeKeyCommand]),
  group('token', 'tokens that the service takes, and proofs of whose they are', [mintTokenCommand, proveTokenCommand]),
  group('push', 'evidence for a service: streamed, compressed, sent again until it counts once', [
    pushCallgraphCommand,
    pushRuntimeCommand,
    pushUnionCommand,
  ]),
  group('facts', 'what a service knows of a subject', [
    getFactCommand,
    explainFactCommand,
    queryFactCommand,
    diffFactCommand,
  ]),
  group('subjects', 'subjects as a whole', [deleteSubjectCommand]),
  group('tenants', 'tenants as a whole', [deleteTenantCommand]),
  replayCommand,
  verifyCommand,
]

export function buildProgram(deps: CommandDeps & { readonly version: string }): Command {
  const program = new Command('signals')
    .description('Reachability signals: what could be called, what was called, and how sure we are.')
    .version(deps.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => deps.print(text.trimEnd()), writeErr: (text) => deps.say(text.trimEnd()) })
    .showHelpAfterError('Add --help to see how it is used.')
    .addHelpText('after', `\nEvery command has its own --help, with examples. Exit codes: ${exitCodeLine()}.`)
  for (const command of commands) program.addCommand(inherit(program, command(deps)))
  return program
}

function group(name: string, description: string, members: readonly MakeCommand[]): MakeCommand {
  return (deps) => {
    const command = new Command(name).description(description)
    for (const member of members) command.addCommand(member(deps))
    return command
  }
}

/** commander hands its settings to commands that it makes itself, not to those that are added. */
function inherit(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(command, child)
  return command
}
