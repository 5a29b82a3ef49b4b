import { describe, expect, test } from 'vitest'
import { PathBudget, shortPathNodes } from '../../../src/scoring/path-budget.ts'

describe('a budget of nodes', () => {
  test('lets paths be walked whole while it lasts, to its very end', () => {
    const budget = new PathBudget({ nodes: 50 })
    expect([budget.walk(30), budget.walk(20), budget.walk(30)]).toEqual([30, 20, shortPathNodes])
  })

  test('that is spent shows ends of long paths, and short ones whole', () => {
    const budget = new PathBudget({ nodes: 0 })
    expect([budget.walk(1_000), budget.walk(3), budget.walk(0)]).toEqual([shortPathNodes, 3, 0])
  })
})

describe('a budget of characters', () => {
  test('is taken from only by what fits as a whole', () => {
    const budget = new PathBudget({ characters: 10 })
    expect(budget.take(['1234', '5678', '9ab'])).toBeUndefined()
    expect(budget.take(['1234', '567890'])).toEqual(['1234', '567890'])
    expect(budget.take(['1'])).toBeUndefined()
    expect(budget.take([])).toEqual([])
  })

  test('looks at no more ids than it has room for', () => {
    let asked = 0
    function* ids() {
      for (;;) {
        asked += 1
        yield 'abc'
      }
    }
    expect(new PathBudget({ characters: 10 }).take(ids())).toBeUndefined()
    expect(asked).toBe(4)
  })
})

test('a budget of steps ends when more were taken than it has', () => {
  const budget = new PathBudget({ steps: 10 })
  expect([budget.step(4), budget.step(6), budget.step(1)]).toEqual([true, true, false])
})
