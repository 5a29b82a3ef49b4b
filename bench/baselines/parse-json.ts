import { readFileSync } from 'node:fs'

/** Milliseconds that JSON.parse takes for a file's bytes, in a process that has done nothing else. */
const bytes = readFileSync(process.argv[2] ?? '')
const start = performance.now()
const parsed: unknown = JSON.parse(bytes.toString('utf8'))
const milliseconds = performance.now() - start
process.stdout.write(`${JSON.stringify({ milliseconds, isObject: typeof parsed === 'object' })}\n`)
