import { z } from 'zod'
import { isNotModified } from '../http/etag.ts'
import { PageQuery } from '../http/paging.ts'
import type { RoutePlugin } from '../http/route.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import { diffETag, diffFacts } from './diff-facts.ts'
import { type FindSubjectDeps, findFactRow } from './find-subject.ts'
import { type FindVersionDeps, findVersion } from './find-version.ts'
import { pageOfVersions } from './page-of-versions.ts'
import { DiffQuery, FactDiffDocument, VersionsDocument } from './version-documents.ts'

export interface VersionRoutesDeps extends FindSubjectDeps, FindVersionDeps {
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
}

const SubjectParams = z.object({ subjectKey: z.string().min(1) })

/** What a fact was, and what became of it. */
export const versionRoutes: RoutePlugin<VersionRoutesDeps> = async (app, deps) => {
  app.get(
    '/:subjectKey/versions',
    {
      config: { scope: 'signals:read', operation: 'listFactVersions' },
      schema: { params: SubjectParams, querystring: PageQuery, response: { 200: VersionsDocument } },
    },
    async ({ tenant, params, query }) => {
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      return await pageOfVersions(deps, row, query)
    },
  )

  app.get(
    '/:subjectKey/diff',
    {
      config: { scope: 'signals:read', operation: 'diffFact', work: 'expensive' },
      schema: { params: SubjectParams, querystring: DiffQuery, response: { 200: FactDiffDocument, 304: z.null() } },
    },
    async (request, reply) => {
      const { tenant, params, query } = request
      const row = await findFactRow(deps, { tenant, name: params.subjectKey })
      const from = await findVersion(deps, row, { version: query.from })
      const to = await findVersion(deps, row, { version: query.to })
      if (isNotModified(request, reply, diffETag({ from, to }))) return reply.code(304).send(null)
      return await diffFacts(deps.blobs(tenant), row, { from, to })
    },
  )
}
