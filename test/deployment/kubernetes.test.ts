import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config.ts'
import { openApp } from '../support/build-app.ts'
import { manifestChecker } from '../support/deployment/check-manifest.ts'
import { manifestFiles, manifestOf, manifests, readManifests } from '../support/deployment/kubernetes-manifests.ts'
import { kubernetesSchemas } from '../support/real-parts/kubernetes-schemas.ts'

const root = join(import.meta.dirname, '../..')
const Probe = z.object({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  failureThreshold: z.number(),
})
const Container = z.object({
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
  envFrom: z.array(z.record(z.string(), z.object({ name: z.string() }))),
  securityContext: z.object({
    readOnlyRootFilesystem: z.boolean(),
    allowPrivilegeEscalation: z.boolean(),
    capabilities: z.object({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(z.object({ mountPath: z.string() })),
})
const Deployment = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        serviceAccountName: z.string(),
        terminationGracePeriodSeconds: z.number(),
        automountServiceAccountToken: z.boolean(),
        securityContext: z.object({ runAsNonRoot: z.boolean(), runAsUser: z.number(), runAsGroup: z.number() }),
        containers: z.tuple([Container]),
      }),
    }),
  }),
})
const deployment = Deployment.parse(manifestOf('Deployment'))
const pod = deployment.spec.template.spec
const [container] = pod.containers
const Variables = z.record(z.string(), z.string())
const environment = {
  ...Variables.parse(manifestOf('ConfigMap')['data']),
  ...Variables.parse(manifestOf('Secret')['stringData']),
}
const config = loadConfig({ argv: [], env: environment, readFile: () => '' })
const ports = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]))

describe.skipIf(kubernetesSchemas === undefined)('to the schemas of Kubernetes', () => {
  const check = manifestChecker(kubernetesSchemas ?? '{}')

  test.each(manifests.map((manifest) => ({ kind: manifest.kind, manifest })))('our $kind is one', ({ manifest }) => {
    expect(check(manifest)).toEqual([])
  })

  test.each([
    {
      mistake: 'a member that is misspelt',
      planted: { apiVersion: 'v1', kind: 'ConfigMap', metdata: { name: 'signals' } },
    },
    {
      mistake: 'a number that is a text',
      planted: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { selector: { matchLabels: { a: 1 } } } },
    },
    { mistake: 'a kind of another group', planted: { apiVersion: 'v1', kind: 'Deployment' } },
    {
      mistake: 'a misspelt member far inside',
      planted: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: {
          selector: {},
          template: { spec: { containers: [{ name: 'signals', readynessProbe: { httpGet: { port: 8080 } } }] } },
        },
      },
    },
  ])('$mistake is found', ({ planted }) => {
    expect(check(planted)).toHaveLength(1)
  })
})

test('every file is named by a kustomization, but for the example of a secret', () => {
  const Kustomization = z.object({ resources: z.array(z.string()) })
  const named = manifestFiles
    .filter((file) => file.endsWith('kustomization.yaml'))
    .flatMap((file) => {
      const directory = file.slice(0, -'kustomization.yaml'.length)
      return readManifests(file).flatMap((read) => Kustomization.parse(read).resources.map((name) => directory + name))
    })
  const others = manifestFiles.filter((file) => !file.endsWith('kustomization.yaml') && file !== 'secret.example.yaml')
  expect(named.sort()).toEqual(others)
})

test('the example of a secret holds no secret', () => {
  const secrets = Object.values(Variables.parse(manifestOf('Secret')['stringData']))
  for (const secret of secrets) expect(secret).toContain('CHANGE-ME')
  expect(secrets.join(' ').match(/:[^/@\s]+@/g)).toEqual([':CHANGE-ME@', ':CHANGE-ME@'])
})

describe('the pods', () => {
  test('listen where their ports, the Service and the NetworkPolicy say', () => {
    expect(ports).toEqual(
      new Map([
        ['http', config.http.port],
        ['metrics', config.telemetry.metrics.port],
      ]),
    )
    const Service = z.object({
      spec: z.object({ ports: z.array(z.object({ port: z.number(), targetPort: z.string() })) }),
    })
    for (const { port, targetPort } of Service.parse(manifestOf('Service')).spec.ports) {
      expect(ports.get(targetPort)).toBe(port)
    }
    const Policy = z.object({
      spec: z.object({ ingress: z.array(z.object({ ports: z.array(z.object({ port: z.string() })) })) }),
    })
    const open = Policy.parse(manifestOf('NetworkPolicy')).spec.ingress.flatMap((rule) => rule.ports)
    expect(open.map(({ port }) => port)).toEqual([...ports.keys()])
    expect([config.http.host, config.telemetry.metrics.host]).toEqual(['0.0.0.0', '0.0.0.0'])
  })

  test('may reach every server that their configuration names, by its port', () => {
    const Policy = z.object({
      spec: z.object({ egress: z.array(z.object({ ports: z.array(z.object({ port: z.number() })) })) }),
    })
    const allowed = Policy.parse(manifestOf('NetworkPolicy')).spec.egress.flatMap((rule) => rule.ports)
    const urls = [config.redis.url ?? '', config.cas.s3.endpoint ?? '', config.auth.jwks]
    const wellKnown: Readonly<Record<string, number>> = { 'redis:': 6379, 'https:': 443, 'http:': 80 }
    const needed = urls.map((url) => Number(new URL(url).port) || wellKnown[new URL(url).protocol])
    const mongoPorts = [...config.mongo.connectionString.matchAll(/:(\d+)(?=[,/])/g)].map((match) => Number(match[1]))
    expect(mongoPorts.length).toBeGreaterThan(0)
    const dns = [53, 53]
    expect(new Set(allowed.map(({ port }) => port))).toEqual(new Set([...dns, ...needed, ...mongoPorts]))
  })

  test('are asked at routes that are there', async () => {
    await using built = await openApp()
    const { startupProbe, livenessProbe, readinessProbe } = container
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      expect((await built.ask(httpGet.path)).status).toBe(200)
      expect(ports.has(httpGet.port)).toBe(true)
    }
    expect([startupProbe, livenessProbe].map(({ httpGet }) => httpGet.path)).toEqual(['/healthz', '/healthz'])
    expect(readinessProbe.httpGet.path).toBe('/readyz')
  })

  test('are waited for until /readyz has given up its slowest dependency', () => {
    expect(container.readinessProbe.timeoutSeconds * 1000).toBeGreaterThan(config.http.checkTimeoutMs)
  })

  test('are given the time to stop that the process takes at the most', () => {
    const pauseSeconds = container.lifecycle.preStop.sleep.seconds
    // src/main.ts: each of three steps has its grace, and all together one more.
    const stopSeconds = (4 * config.http.shutdownGraceMs) / 1000
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pauseSeconds + stopSeconds)
  })

  test('run as the user of the image, with no right of root and no token of the cluster', () => {
    const [, user, group] = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? []
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(user),
      runAsGroup: Number(group),
    })
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod.automountServiceAccountToken).toBe(false)
  })

  test('write to the data directory, which is a volume, and to nothing else of the image', () => {
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true)
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain(config.dataDirectory)
  })

  test('are what the selectors select, the account is the one that is made, and the variables are those that are there', () => {
    const labels = deployment.spec.template.metadata.labels
    const Selecting = z.object({ spec: z.object({ selector: z.object({ matchLabels: Variables }) }) })
    expect(Selecting.parse(manifestOf('Deployment')).spec.selector.matchLabels).toEqual(labels)
    expect(Selecting.parse(manifestOf('PodDisruptionBudget')).spec.selector.matchLabels).toEqual(labels)
    expect(z.object({ spec: z.object({ selector: Variables }) }).parse(manifestOf('Service')).spec.selector).toEqual(
      labels,
    )
    const named = (kind: string): string =>
      z.object({ metadata: z.object({ name: z.string() }) }).parse(manifestOf(kind)).metadata.name
    expect(pod.serviceAccountName).toBe(named('ServiceAccount'))
    expect(container.envFrom).toEqual([
      { configMapRef: { name: named('ConfigMap') } },
      { secretRef: { name: named('Secret') } },
    ])
    const Scaling = z.object({
      spec: z.object({ scaleTargetRef: z.object({ name: z.string() }), minReplicas: z.number() }),
    })
    const { scaleTargetRef, minReplicas } = Scaling.parse(manifestOf('HorizontalPodAutoscaler')).spec
    expect([scaleTargetRef.name, minReplicas]).toEqual([deployment.metadata.name, deployment.spec.replicas])
  })
})
