import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Service = z.object({
  image: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()).default([]) }).optional(),
  stop_grace_period: z.string().optional(),
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
})
export type ComposeService = z.output<typeof Service>

const ComposeFile = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()).default({}),
  volumes: z.record(z.string(), z.null()),
})
export type ComposeFile = z.output<typeof ComposeFile>

export const composeFiles = ['docker-compose.yml', 'docker-compose.embedded.yml'] as const

/** As it is when no variable of the shell says otherwise. */
export function readComposeFile(name: string): ComposeFile {
  const text = readFileSync(join(import.meta.dirname, '../../..', name), 'utf8')
  return ComposeFile.parse(parse(text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'), { merge: true }))
}

/** With what it takes over from a service of another file. */
export function serviceOf({ services }: ComposeFile, name: string): ComposeService {
  const service = services[name]
  if (service === undefined) throw new Error(`no service ${name}`)
  const { extends: parent } = service
  return parent === undefined ? service : serviceOf(readComposeFile(parent.file), parent.service)
}
