import { isUtf8 } from 'node:buffer'
import type { GoBlock, GoFunction } from '../../evidence/tool-output.ts'
import { splitLines } from '../../lib/line-splitter.ts'
import { malformedOutput, ObservedFunctions, type ReadTool } from './tool-reader.ts'

const maxLineBytes = 64 * 1024

/**
 * A coverage profile (`mode: count` and blocks), a listing of functions (`go tool covdata func`, `go tool cover -func`), or
 * both, one behind the other: only a listing names functions, only a profile counts.
 */
export const readGoCoverage: ReadTool<'go-coverage'> = async (limits, chunks) => {
  const functions = new ObservedFunctions<GoFunction>(limits)
  const blocks = new ObservedFunctions<GoBlock>(limits)
  for await (const lines of splitLines(chunks, { maxLineBytes })) {
    for (const { bytes, line, byteOffset, isTooLong } of lines) {
      const text = bytes.toString('utf8').trimEnd()
      const [block, listed] = [blockOf(text), functionOf(text)]
      if (isTooLong || !isUtf8(bytes) || !(block || listed || isOther(text))) {
        throw malformedOutput(`line ${line} is no line of a Go coverage profile or listing`, { line, byteOffset })
      }
      if (block) blocks.add(text.slice(0, text.lastIndexOf(' ')), block)
      if (listed) functions.add(`${listed.file}:${listed.line}:${listed.name}`, listed)
    }
  }
  return { output: { tool: 'go-coverage', functions: functions.list(), blocks: blocks.list() }, platform: 0 }
}

const blockLine = /^([^\t]+):(\d{1,9})\.(\d{1,9}),(\d{1,9})\.(\d{1,9}) \d{1,9} (\d{1,20})$/
const functionLine = /^([^\t]+):(\d{1,9}):\t+([^\t]+)\t+(\d{1,3}(?:\.\d+)?)%$/

export function isGoCoverageLine(text: string): boolean {
  return /^mode: (?:set|count|atomic)$/.test(text) || functionLine.test(text)
}

function blockOf(text: string): GoBlock | undefined {
  const [, file, startLine, startColumn, endLine, endColumn, count] = blockLine.exec(text) ?? []
  if (file === undefined) return undefined
  return {
    file,
    startLine: Number(startLine),
    startColumn: Number(startColumn),
    endLine: Number(endLine),
    endColumn: Number(endColumn),
    hits: Math.min(Number(count), Number.MAX_SAFE_INTEGER),
  }
}

/** A listing tells which part of a function ran, not how often: once, as far as it says. */
function functionOf(text: string): GoFunction | undefined {
  const [, file, line, name, percent] = functionLine.exec(text) ?? []
  if (file === undefined || name === undefined) return undefined
  return { file, line: Number(line), name, hits: Number(percent) > 0 ? 1 : 0 }
}

function isOther(text: string): boolean {
  return text === '' || /^mode: \w+$/.test(text) || /^total\b.*%$/.test(text)
}
