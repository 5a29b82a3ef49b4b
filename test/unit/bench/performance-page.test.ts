import { expect, test } from 'vitest'
import { withMeasured } from '../../../bench/support/performance-page.ts'

const empty = 'before\n<!-- measured: written by npm run bench -- --write -->\n<!-- end of measured -->\nafter\n'
const tableOf = (page: string): string[] => page.split('\n').filter((line) => /^\| \d/.test(line))

test('a row that is measured again takes the place of its line, and other lines stay, in the order of rows', () => {
  const slow = withMeasured(empty, { line: '| 12 | start | slow |', machine: 'one' })
  const both = withMeasured(slow, { line: '| 4 | read | fast |', machine: 'one' })
  const second = withMeasured(both, { line: '| 12 | start | quick |', machine: 'two' })
  expect(tableOf(both)).toEqual(['| 4 | read | fast |', '| 12 | start | slow |'])
  expect(tableOf(second)).toEqual(['| 4 | read | fast |', '| 12 | start | quick |'])
  expect(second).toContain('two')
  expect(second).not.toContain('one')
  expect(second).toMatch(/^before\n.*\nafter\n$/s)
})

test('a page without the marks is refused rather than overwritten', () => {
  expect(() => withMeasured('a page', { line: '', machine: '' })).toThrow('the page has no line')
})
