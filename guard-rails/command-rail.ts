import { execFile } from 'node:child_process'
import type { Rail } from './rail.ts'

/** A rail that is a command: it holds when that ends with 0, and else what it wrote is what was found. */
export function commandRail(told: Omit<Rail, 'look'>, [program, ...args]: readonly [string, ...string[]]): Rail {
  return {
    ...told,
    look: (root) =>
      new Promise((resolve) => {
        // Its pieces are found where npm put them, whoever started this.
        const env = { ...process.env, PATH: `${root}/node_modules/.bin:${process.env['PATH']}`, NO_COLOR: '1' }
        execFile(program, args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
          const written = `${stdout}${stderr}`.trim().split('\n')
          // The end of a long one has the sum of it.
          resolve(
            error
              ? [`\`${[program, ...args].join(' ')}\`: ${error.message.split('\n', 1)[0]}`, ...written.slice(-39)]
              : [],
          )
        })
      }),
  }
}
