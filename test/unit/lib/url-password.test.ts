import { expect, test } from 'vitest'
import { passwordsOf } from '../../../src/lib/url-password.ts'

test.each([
  ['redis://127.0.0.1:6379', []],
  ['rediss://user@host', []],
  ['redis://host/a:b@c', []],
  ['redis://:pass@host', ['pass']],
  ['mongodb+srv://user:pass@host/x', ['pass']],
  ['mongodb://user:pass@a:1,b:2/', ['pass']],
  ['redis://user:p%40ss@host', ['p%40ss', 'p@ss']],
  ['mongodb://user:p%zz@host', ['p%zz']],
  ['mongodb://user:pass@x@host', ['pass@x']],
  ['', []],
])('of %s the passwords are %j', (url, passwords) => {
  expect(passwordsOf(url)).toEqual(passwords)
})
