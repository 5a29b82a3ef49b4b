import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A gzip of JSON in memory: what it took, and the most that the process ever held. */
const start = performance.now()
const parsed: unknown = JSON.parse(gunzipSync(readFileSync(process.argv[2] ?? '')).toString('utf8'))
const milliseconds = performance.now() - start
const peakMegabytes = process.resourceUsage().maxRSS / 1024
process.stdout.write(`${JSON.stringify({ milliseconds, peakMegabytes, isArray: Array.isArray(parsed) })}\n`)
