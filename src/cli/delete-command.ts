import { Command } from 'commander'
import { askFact, type FactOptions, withFactOptions } from './ask-fact.ts'
import type { CommandDeps } from './command-deps.ts'
import { queryOf } from './push.ts'

interface DeleteOptions extends FactOptions {
  readonly confirm?: string
}

interface Answer {
  readonly status: 'planned' | 'erased' | 'unfinished'
  readonly planDigest: string
  readonly erases?: Counts
  readonly erased?: Counts
  readonly sharedContent?: number
  readonly contentLeft?: number
}

type Counts = Readonly<Record<string, number>>

export function deleteSubjectCommand(deps: CommandDeps): Command {
  return deleteCommand(deps, 'subject', (subject) => `/signals/subjects/${encodeURIComponent(subject)}`)
}

export function deleteTenantCommand(deps: CommandDeps): Command {
  return deleteCommand(deps, 'tenant', (tenant) => `/signals/tenants/${encodeURIComponent(tenant)}`)
}

/** Twice: first to see what goes, then with the digest of what was seen. */
function deleteCommand(deps: CommandDeps, noun: 'subject' | 'tenant', pathOf: (named: string) => string): Command {
  return withFactOptions(
    new Command('delete')
      .description(`erase a ${noun}: without --confirm only what would go is told`)
      .argument(`<${noun}>`, noun === 'subject' ? 'the subject key; no other name of it' : 'your own')
      .option('--confirm <planDigest>', 'the digest of the plan that you have seen'),
  )
    .addHelpText(
      'after',
      `\nExamples:\n  signals ${noun}s delete nightly-42\n  signals ${noun}s delete nightly-42 --confirm sha256:…`,
    )
    .action(async (named: string, options: DeleteOptions) => {
      const request = { method: 'DELETE', path: pathOf(named), query: queryOf({ confirm: options.confirm }) } as const
      await askFact<Answer>(deps, { request, options }, describe)
    })
}

function describe(answer: Answer): string[] {
  const { status, erases, erased = {}, sharedContent = 0, contentLeft = 0, planDigest } = answer
  const counted = Object.entries(erases ?? erased).map(([kind, count]) => `${kind.padEnd(14)} ${count}`)
  if (status !== 'planned') {
    const left = contentLeft === 0 ? [] : [`${contentLeft} objects were put too lately: ask again in ten minutes`]
    return [status, ...counted, ...left]
  }
  const shared = sharedContent === 0 ? [] : [`${sharedContent} objects stay, for others hold them too`]
  return ['nothing is erased yet', ...counted, ...shared, `to erase it: --confirm ${planDigest}`]
}
