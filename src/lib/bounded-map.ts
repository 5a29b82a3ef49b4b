/** Works on so many items at once, taking the next one only when there is room; results stand in the order of the items. */
export async function boundedMap<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const rest = numbered(items)
  let hasFailed = false
  const worker = async (): Promise<void> => {
    for (const [position, item] of rest) {
      results[position] = await work(item).catch((error: unknown) => {
        hasFailed = true
        throw error
      })
      if (hasFailed) return
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** Shared by all workers: one that ends early must not end it for the others. */
function numbered<Item>(items: Iterable<Item>): Iterable<[number, Item]> {
  const iterator = items[Symbol.iterator]()
  let position = 0
  const next = (): IteratorResult<[number, Item]> => {
    const { done, value } = iterator.next()
    return done === true ? { done, value: undefined } : { value: [position++, value] }
  }
  return { [Symbol.iterator]: () => ({ next }) }
}
