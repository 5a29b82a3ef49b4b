const pageLength = 200

/** Every item of a list that is read in pages, one page in memory at a time. */
export async function* allPages<Item>(
  read: (after: string | undefined, limit: number) => Promise<readonly Item[]>,
  keyOf: (item: Item) => string,
): AsyncGenerator<Item> {
  let after: string | undefined
  for (;;) {
    const page = await read(after, pageLength)
    const last = page.at(-1)
    if (last === undefined) return
    yield* page
    after = keyOf(last)
  }
}
