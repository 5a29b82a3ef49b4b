import { findGoBinary } from './go-binary.ts'

/** What `docker compose config` reads compose files with, as a program of its own that needs no engine. */
export const composeProgram = await findGoBinary({
  // Go calls a program by the folder of its source.
  name: 'cmd',
  package: 'github.com/compose-spec/compose-go/v2/cmd',
  version: 'v2.16.2',
})
