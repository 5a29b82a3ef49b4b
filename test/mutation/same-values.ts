import fc from 'fast-check'

// What one run notices the next one notices too; and a failure is enough, nobody reads the smallest example.
fc.configureGlobal({ seed: 20_261_120, endOnFailure: true })
