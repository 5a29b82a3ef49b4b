/**
 * A step of a request that seldom has to wait, as a hook that Fastify takes either way: by its callback when it is done at once, by
 * its promise else. A read passes a dozen hooks, and each turn of the queue of promises costs about a microsecond.
 */
export function mayWait<Request, Reply>(step: (request: Request, reply: Reply) => Promise<void> | undefined) {
  return (request: Request, reply: Reply, done: () => void): Promise<void> | undefined => {
    const waiting = step(request, reply)
    if (waiting === undefined) done()
    return waiting
  }
}
