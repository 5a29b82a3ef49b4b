import fc from 'fast-check'

const position = fc.record({
  label: fc.constantFrom('global', 'anon', 'total', 'a"}{', 'é', ' x '),
  file: fc.constantFrom('/app/a.js', '/app/b.js', 'Native', '/app/}.js'),
  row: fc.nat(3),
  start: fc.nat(40),
  length: fc.nat(30),
})

function placeOf({
  label,
  file,
  row,
  start,
  length,
}: typeof position extends fc.Arbitrary<infer Place> ? Place : never) {
  const range = file === 'Native' ? { start: null, end: null } : { start, end: start + length }
  const at = file === 'Native' ? { row: null, column: null } : { row, column: 4 }
  return { label, file, start: at, end: at, range }
}

/** What is no place, or one in an unusual spelling. */
const oddPlace = fc.constantFrom(
  '{}',
  'null',
  '7',
  '[{}]',
  '{"label":"x"',
  '{"label":"x","file":7}',
  '{"label":"a","label":"b","file":"/app/a.js"}',
  '{"file":"/app/a.js","label":"\\u0061"}',
  '{"label":"x","file":"/app/a.js","start":{"row":-1,"column":0},"range":{"start":0,"end":1}}',
  '{"label":"x","file":"/app/a.js","start":[}',
)
const indent = fc.constantFrom(0, 0, 2)
const placeText = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.tuple(position, indent).map(([place, width]) => JSON.stringify(placeOf(place), null, width)),
  },
  oddPlace,
)

/** The text of one call: nearly always as the tool prints it. */
export const arbitraryCall: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .tuple(placeText, placeText, fc.constantFrom('', ' ', '\n  '))
      .map(([source, target, blank]) => `{${blank}"source":${blank}${source},${blank}"target":${target}${blank}}`),
  },
  fc.tuple(placeText, placeText).map(([source, target]) => `{"target":${target},"source":${source}}`),
  placeText.map((place) => `{"source":${place},"target":${place},"kind":"x"}`),
  fc.constantFrom('{"source":{}}', '[]', '"call"', '{"source" {}}'),
)
