import { afterAll, beforeAll, expect, test } from 'vitest'
import { AskedService } from '../support/asked-service.ts'

let service: AskedService
beforeAll(async () => {
  service = await AskedService.open()
})
afterAll(async () => service[Symbol.asyncDispose]())

/** What a browser would fetch for a page: scripts, styles and icons. */
function linksIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
}

test('the page and all that it loads come from the service, for everybody, whatever their scopes', async () => {
  const page = await service.get('/docs', { 'x-scopes': '' })
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  const links = linksIn(page.text)
  expect(links.length).toBeGreaterThanOrEqual(4)
  for (const link of links) {
    expect(link).not.toMatch(/^(https?:)?\/\//)
    const address = new URL(link, 'http://service/docs')
    expect(await service.get(address.pathname)).toMatchObject({ status: 200 })
  }
})

test('a browser is told to load nothing from anywhere else', async () => {
  const { headers } = await service.get('/docs')
  const policy = String(headers['content-security-policy'])
  expect(policy.split(';')).toEqual(expect.arrayContaining(["default-src 'self'", "script-src 'self'"]))
  expect(policy).not.toMatch(/https?:|upgrade-insecure/)
  const { text } = await service.get('/docs/static/swagger-initializer.js')
  expect(text).toContain('"validatorUrl":null')
})

test('the page has no script of its own, which that would forbid', async () => {
  const { text } = await service.get('/docs')
  const scripts = [...text.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)].map(([, attributes, inline]) => ({
    isLinked: /\bsrc=/.test(attributes ?? ''),
    inline: (inline ?? '').trim(),
  }))
  expect(scripts.length).toBeGreaterThan(1)
  for (const script of scripts) expect(script).toEqual({ isLinked: true, inline: '' })
  expect(text).not.toMatch(/\son\w+="/)
})

test('the page can be put into no frame, says nothing of where its reader came from, and is what its type says', async () => {
  for (const path of ['/docs', '/docs/static/swagger-ui.css']) {
    expect((await service.get(path)).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
  }
  const { headers } = await service.get('/openapi.json')
  expect(headers).not.toHaveProperty('content-security-policy')
  expect(headers).not.toHaveProperty('strict-transport-security')
})

test('the page reads the document that is served', async () => {
  const [served, read] = [await service.get('/openapi.json'), await service.get('/docs/json')]
  expect(read.body).toEqual(served.body)
  expect(Object.keys(served.body['paths'] as object).filter((path) => path.startsWith('/docs'))).toEqual([])
})
