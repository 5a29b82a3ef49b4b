import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { withFault } from './fault.ts'
import { faults } from './faults.ts'

const checkout = resolve(import.meta.dirname, '../..')

test.each(faults)('$name has its place, exactly once, and leaves a file that can be run', (fault) => {
  const text = readFileSync(join(checkout, fault.file), 'utf8')
  const faulty = withFault(fault, text)
  expect(faulty).not.toBe(text)
  expect(() => stripTypeScriptTypes(faulty)).not.toThrow()
})

test('no two faults have one name', () => {
  const names = faults.map(({ name }) => name)
  expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([])
})

test('a fault whose place is gone, or stands twice, is refused', () => {
  const fault = { name: 'gone', file: 'src/a.ts', find: 'one', replace: 'two', why: '' }
  expect(() => withFault(fault, 'nothing')).toThrow('gone: what it looks for stands 0 times in src/a.ts, not once')
  expect(() => withFault(fault, 'one one')).toThrow('stands 2 times')
})
