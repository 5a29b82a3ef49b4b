// Loaded before a program: on SIGCONT it dies of an error that says everything an error ever said, as libraries make them.

const secret = (name: string): string => process.env[`PLANTED_${name}`] ?? ''

process.once('SIGCONT', () => {
  const authorization = `Bearer ${secret('TOKEN')}`
  const cause = new Error(`AUTH failed: ${secret('REDIS')}`)
  throw Object.assign(new Error(`cannot reach mongodb://signals:${secret('MONGO')}@db:27017/x`, { cause }), {
    connectionString: `mongodb://signals:${secret('MONGO')}@db:27017/x`,
    command: { name: 'auth', args: ['signals', secret('REDIS')] },
    config: {
      headers: { Authorization: authorization, dpop: secret('PROOF') },
      url: `/x?access_token=${secret('TOKEN')}`,
    },
    credentials: { secretAccessKey: secret('AWS') },
    nested: { deeper: { request: { headers: { cookie: `session=${secret('COOKIE')}` } } } },
  })
})
