import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

// A diagnostic report tells of the environment, which is mostly secrets. Each thread says so for itself.
process.report.excludeEnv = true

// What a thousand modules were compiled to is kept beside them, by whoever may write there: it takes a third off the next start.
// Not in the directory of temporary files: whoever can write there could have the service run what they like.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'))

const { serve } = await import('./serve.ts')
await serve()
// Else a kill would leave nothing of it.
flushCompileCache()
