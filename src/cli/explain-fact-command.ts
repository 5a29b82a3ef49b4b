import { Command } from 'commander'
import type { ExplainAnswer } from '../client/documents.ts'
import { askFact, type FactOptions, factPath, withFactOptions } from './ask-fact.ts'
import type { CommandDeps } from './command-deps.ts'
import { queryOf } from './push.ts'

/** Why the service says so. */
export function explainFactCommand(deps: CommandDeps): Command {
  return withFactOptions(
    new Command('explain')
      .description('why a target has its verdict: the path node by node, the reasons, the formula of its score')
      .argument('<subject>', 'the subject key, or another name of it')
      .argument('<target>', 'a symbol'),
  )
    .addHelpText('after', '\nExamples:\n  signals facts explain nightly-42 yaml.load')
    .action(async (subject: string, target: string, options: FactOptions) => {
      const request = { method: 'GET', path: factPath(subject, '/explain'), query: queryOf({ target }) } as const
      await askFact<ExplainAnswer>(deps, { request, options }, describeExplanation)
    })
}

function describeExplanation(answer: ExplainAnswer): readonly string[] {
  const { target, verdict, reasons, path, formula, furtherGraphs, nearestNames = [] } = answer
  return [
    `${target}: ${verdict}`,
    `  because: ${reasons.join(', ')}`,
    ...path.map((step, position) => `  ${position === 0 ? 'from' : '  ->'} ${stepWords(step)}`),
    `  score: ${formula.text}`,
    ...furtherGraphs.map((graph) => `  in ${graph.callgraphId}: ${graph.verdict}, ${graph.reasons.join(', ')}`),
    ...(nearestNames.length === 0 ? [] : [`  did you mean: ${nearestNames.join(', ')}`]),
  ]
}

function stepWords({ id, file, line, edge, runtimeHits }: ExplainAnswer['path'][number]): string {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`
  const call = edge ? ` [${edge.kind} ${edge.type}, ${edge.confidence}]` : ''
  const hits = runtimeHits ? ` seen ${runtimeHits.hitCount} times` : ''
  return `${id}${place}${call}${hits}`
}
