import { z } from 'zod'
import { AuthError } from '../auth/auth-errors.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import { eraseSubject } from './erase-subject.ts'
import { eraseTenant } from './erase-tenant.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { ErasureAnswer, ErasuresPage, erasureDocument, planDocument } from './erasure-documents.ts'
import { ErasureError } from './erasure-errors.ts'
import { type ErasurePlan, planSubject } from './plan-erasure.ts'
import { planTenant } from './plan-tenant.ts'

const ConfirmQuery = z.strictObject({
  confirm: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('the planDigest of a plan that was seen; without it nothing is erased'),
})
const SubjectParams = z.object({ subjectKey: z.string().min(1).describe('a key; aliases are not followed here') })
const TenantParams = z.object({ tenant: z.string().min(1).max(63) })

const listName = 'erasures'
const Position = z.tuple([z.string()])

/** A plan first, then what the plan says (contracts, 2): nobody erases what they have not seen. */
export const erasureRoutes: RoutePlugin<ErasureDeps> = async (app, deps) => {
  app.delete(
    '/subjects/:subjectKey',
    {
      config: { scope: 'signals:admin', operation: 'eraseSubject' },
      schema: { params: SubjectParams, querystring: ConfirmQuery, response: { 200: ErasureAnswer } },
    },
    async ({ tenant, params, query, correlationId }) => {
      const { subjectKey } = params
      if (query.confirm !== undefined) {
        return erasureDocument(await eraseSubject(deps, { tenant, subjectKey, confirm: query.confirm, correlationId }))
      }
      return planned((await planSubject(deps, { tenant, subjectKey }))?.plan, subjectKey)
    },
  )

  app.delete(
    '/tenants/:tenant',
    {
      config: { scope: 'signals:admin', operation: 'eraseTenant' },
      schema: { params: TenantParams, querystring: ConfirmQuery, response: { 200: ErasureAnswer } },
    },
    async ({ tenant, params, query, correlationId }) => {
      if (params.tenant !== tenant) throw new AuthError('TENANT_MISMATCH', 'a tenant can only be erased by itself')
      if (query.confirm !== undefined) {
        return erasureDocument(await eraseTenant(deps, { tenant, confirm: query.confirm, correlationId }))
      }
      return planned(await planTenant(deps, tenant), tenant)
    },
  )

  app.get(
    '/erasures',
    {
      config: { scope: 'signals:admin', operation: 'listErasures' },
      schema: { querystring: PageQuery, response: { 200: ErasuresPage } },
    },
    async ({ tenant, query: { limit, cursor } }) => {
      const [after] = cursor === undefined ? [] : decodeCursor(listName, Position, cursor)
      const items = await deps.erasures.page(tenant, after, limit)
      const last = items.length === limit ? items.at(-1) : undefined
      return { items: items.map(erasureDocument), ...(last && { nextCursor: encodeCursor(listName, [last.id]) }) }
    },
  )
}

function planned(plan: ErasurePlan | undefined, what: string): ReturnType<typeof planDocument> {
  if (plan) return planDocument(plan)
  throw new ErasureError('NOTHING_TO_ERASE', `there is nothing about ${what.slice(0, 512)}`)
}
