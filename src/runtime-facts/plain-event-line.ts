import type { RuntimeEvent } from './runtime-event.ts'

/** What `JSON.stringify` makes of an event whose texts need no escapes, in a third of the time. */
export function plainEventLine(event: RuntimeEvent): string {
  const { metadata, observedAt, processId, processName, purl, socketAddress, symbolId } = event
  return (
    `{${before(event)}"hitCount":${event.hitCount}` +
    (event.loaderBase === undefined ? '' : `,"loaderBase":"${event.loaderBase}"`) +
    (metadata === undefined ? '' : `,"metadata":${JSON.stringify(metadata)}`) +
    (observedAt === undefined ? '' : `,"observedAt":"${observedAt}"`) +
    (processId === undefined ? '' : `,"processId":"${processId}"`) +
    (processName === undefined ? '' : `,"processName":"${processName}"`) +
    (purl === undefined ? '' : `,"purl":"${purl}"`) +
    (socketAddress === undefined ? '' : `,"socketAddress":"${socketAddress}"`) +
    `,"symbolId":"${symbolId}"}`
  )
}

function before({ buildId, codeId, containerId, evidenceUri }: RuntimeEvent): string {
  return (
    (buildId === undefined ? '' : `"buildId":"${buildId}",`) +
    (codeId === undefined ? '' : `"codeId":"${codeId}",`) +
    (containerId === undefined ? '' : `"containerId":"${containerId}",`) +
    (evidenceUri === undefined ? '' : `"evidenceUri":"${evidenceUri}",`)
  )
}
