import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError, jsonProblems, parseStrictJson } from '../../../src/lib/strict-json.ts'

function faultOf(
  text: string | Uint8Array,
  maxDepth?: number,
): { code: string; pointer?: string; byteOffset?: number } {
  try {
    parseStrictJson(text, maxDepth === undefined ? {} : { maxDepth })
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const [violation] = error.violations
    return { code: error.code, pointer: violation!.pointer!, byteOffset: violation!.byteOffset! }
  }
  throw new Error('the text was accepted')
}

describe('what it reads', () => {
  test('any JSON value reads as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        fc.pre(text.isWellFormed() && !/__proto__|constructor|prototype/.test(text))
        expect(parseStrictJson(text)).toEqual(JSON.parse(text))
        expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('a text with one character changed is read or refused as JSON.parse does', () => {
    const characters = '{}[]:,"\\ \n0123456789eE+-.utrfalsn\u0001'.split('')
    const edited = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...characters))
    const codes = Object.keys(jsonProblems)
    fc.assert(
      fc.property(edited, ([json, position, character]) => {
        const at = position % (json.length + 1)
        const text = json.slice(0, at) + character + json.slice(at + 1)
        const plain = attempt(() => JSON.parse(text))
        const strict = attempt(() => parseStrictJson(text))
        const outcomes = plain.error ? codes : ['read', ...codes.filter((code) => code !== 'JSON_MALFORMED')]
        expect(outcomes).toContain(strict.error instanceof JsonError ? strict.error.code : (strict.error ?? 'read'))
        expect(strict.value).toEqual(strict.error ? undefined : plain.value)
      }),
      { numRuns: 2000 },
    )
  })

  test('1.0 and 1e3 are numbers like any other', () => {
    expect(parseStrictJson('[1.0, 1e3, -0, 1e308, 1e-999]')).toEqual([1, 1000, -0, 1e308, 0])
  })

  test('structural characters within strings count for nothing', () => {
    expect(parseStrictJson('{"a:{[":"\\"}]:,","b":"\\\\"}')).toEqual({ 'a:{[': '"}]:,', b: '\\' })
  })

  test('surrogates in pairs are characters', () => {
    expect(parseStrictJson('"\\ud83d\\ude00"')).toBe('😀')
  })
})

describe('what it refuses', () => {
  test.each([
    ['{"a":1,"a":2}', 'JSON_DUPLICATE_MEMBER', '/a', 7],
    ['{"a":{"b~/c":1,"b~/c":1}}', 'JSON_DUPLICATE_MEMBER', '/a/b~0~1c', 15],
    ['{"é":[0,{"x":1,"\\u0078":2}]}', 'JSON_DUPLICATE_MEMBER', '/é/1/x', 16],
    ['{"__proto__":{}}', 'JSON_FORBIDDEN_MEMBER', '/__proto__', 1],
    ['[{"\\u005f_proto__":1}]', 'JSON_FORBIDDEN_MEMBER', '/0/__proto__', 2],
    ['{"a":{"constructor":1}}', 'JSON_FORBIDDEN_MEMBER', '/a/constructor', 6],
    ['{"prototype":1}', 'JSON_FORBIDDEN_MEMBER', '/prototype', 1],
    ['[1,1e309]', 'JSON_NUMBER_OUT_OF_RANGE', '/1', 3],
    ['-1E+400', 'JSON_NUMBER_OUT_OF_RANGE', '', 0],
    [`{"n":${'9'.repeat(310)}}`, 'JSON_NUMBER_OUT_OF_RANGE', '/n', 5],
    ['["\\ud800"]', 'JSON_LONE_SURROGATE', '/0', 1],
    ['{"\\uDFFF":1}', 'JSON_LONE_SURROGATE', '', 1],
    ['', 'JSON_MALFORMED', '', 0],
    ['{"a":}', 'JSON_MALFORMED', '/a', 5],
    ['{"a":1,}', 'JSON_MALFORMED', '', 7],
    ['[1] 2', 'JSON_MALFORMED', '', 4],
    ['["a\nb"]', 'JSON_MALFORMED', '/0', 3],
    ['NaN', 'JSON_MALFORMED', '', 0],
    ['\ufeff{}', 'JSON_MALFORMED', '', 0],
  ])('%s is %s at %s', (text, code, pointer, byteOffset) => {
    expect(faultOf(text)).toEqual({ code, pointer, byteOffset })
    expect(faultOf(Buffer.from(text))).toEqual({ code, pointer, byteOffset })
  })

  test('bytes that are not UTF-8 are refused, with the byte that breaks it', () => {
    expect(faultOf(Buffer.from([0x22, 0xc3, 0xa9, 0xff, 0x22]))).toEqual({
      code: 'JSON_INVALID_UTF8',
      pointer: '',
      byteOffset: 3,
    })
    // An overlong slash, as a filter for "/" would miss it.
    expect(faultOf(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))).toMatchObject({ byteOffset: 1 })
  })

  test('a lone surrogate in a string that was never bytes is refused', () => {
    expect(faultOf('["\ud800"]')).toMatchObject({ code: 'JSON_LONE_SURROGATE', pointer: '/0' })
  })

  test('64 levels are read, 65 are refused at the 65th', () => {
    expect(parseStrictJson('['.repeat(64) + ']'.repeat(64))).toBeInstanceOf(Array)
    expect(faultOf('['.repeat(65) + ']'.repeat(65))).toMatchObject({ code: 'JSON_TOO_DEEP', byteOffset: 64 })
    expect(faultOf('{"a":[[]]}', 2)).toEqual({ code: 'JSON_TOO_DEEP', pointer: '/a/0', byteOffset: 6 })
  })

  test('a million brackets cost no stack', () => {
    expect(faultOf('['.repeat(1_000_000))).toMatchObject({ code: 'JSON_TOO_DEEP' })
    expect(faultOf('{"a":'.repeat(1_000_000))).toMatchObject({ code: 'JSON_TOO_DEEP' })
  })

  test('tokens of megabytes cost no stack', () => {
    const megabytes = 8 * 1024 * 1024
    expect(faultOf(`["${'a'.repeat(megabytes)}`)).toMatchObject({ code: 'JSON_MALFORMED', byteOffset: megabytes + 2 })
    expect(faultOf(`["${'\\n'.repeat(megabytes)}", \\]`)).toMatchObject({ code: 'JSON_MALFORMED' })
    expect(faultOf(`[${' '.repeat(megabytes)}!`)).toMatchObject({ byteOffset: megabytes + 1 })
    expect(faultOf(`[${'1'.repeat(megabytes)}`)).toMatchObject({ code: 'JSON_NUMBER_OUT_OF_RANGE' })
  })

  test('a name said twice is found wherever it hides', () => {
    const name = fc.string({ maxLength: 8 }).filter((text) => !/^(__proto__|constructor|prototype)$/.test(text))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (names, from, to) => {
        const distinct = [...new Set(names)]
        const twice = distinct[from % distinct.length]!
        const members = distinct.toSpliced(to % (distinct.length + 1), 0, twice)
        const text = `[0,{${members.map((member) => `${JSON.stringify(member)}:[{}]`).join(' , ')}}]`
        expect(faultOf(text)).toMatchObject({ code: 'JSON_DUPLICATE_MEMBER' })
      }),
    )
  })
})

function attempt(action: () => unknown): { value?: unknown; error?: unknown } {
  try {
    return { value: action() }
  } catch (error) {
    return { error }
  }
}
