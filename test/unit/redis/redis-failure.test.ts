import { describe, expect, test } from 'vitest'
import { passwordsOf } from '../../../src/lib/url-password.ts'
import { redisFailureOf } from '../../../src/redis/redis-failure.ts'

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'auth', args: ['hush'] } })
}

describe('an error of the client', () => {
  test.each([
    'OOM command not allowed when used memory > maxmemory',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'NOPERM this user has no permissions to run the xadd command',
    'MISCONF Redis is configured to save RDB snapshots',
    'ERR unknown command',
  ])('is a refusal when the server says %j', (message) => {
    expect(redisFailureOf(reply(message), [])).toMatchObject({ kind: 'refused', message })
  })

  test.each([
    'LOADING Redis is loading the dataset in memory',
    'READONLY You can’t write against a read only replica',
    'MASTERDOWN Link with MASTER is down',
    'CLUSTERDOWN The cluster is down',
    'NOAUTH Authentication required',
    'WRONGPASS invalid username-password pair',
    'BUSY Redis is busy running a script',
    'MOVED 3999 127.0.0.1:6381',
    'ASK 3999 127.0.0.1:6381',
  ])('is a server that cannot be used when it says %j', (message) => {
    expect(redisFailureOf(reply(message), [])).toMatchObject({ kind: 'unreachable', message })
  })

  test.each([new Error('connect ECONNREFUSED 127.0.0.1:1'), new Error('Command timed out'), 'thrown text', undefined])(
    'that is no answer means not reached: %s',
    (error) => {
      expect(redisFailureOf(error, []).kind).toBe('unreachable')
    },
  )

  test('loses what it carries of the command, and the secrets in its words', () => {
    const secrets = passwordsOf('redis://user:p%40ss@127.0.0.1:6379/0')
    const failure = redisFailureOf(reply("ERR unknown command 'HELLO', args: 'AUTH' 'p@ss' 'p%40ss'"), secrets)
    expect(failure.message).toBe("ERR unknown command 'HELLO', args: 'AUTH' '[redacted]' '[redacted]'")
    expect(Object.keys(failure).sort()).toEqual(['kind', 'name'])
    expect(failure.cause).toBeUndefined()
  })

  test('is cut where the server says too much', () => {
    expect(redisFailureOf(reply('x'.repeat(10_000)), []).message.length).toBeLessThanOrEqual(300)
  })
})
