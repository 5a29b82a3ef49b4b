import { type Spread, spreadOf } from '../support/claim.ts'

export interface SoakSample {
  readonly seconds: number
  readonly rssMegabytes: number
  /** Of the oldest event that was not yet on the bus. */
  readonly outboxAgeSeconds: number
  /** Since the sample before. */
  readonly eventLoopDelayP99Ms: number
  readonly pendingEvidence: number
}

export interface SoakFigures {
  /** Of the line through the samples, in share of their mean. */
  readonly rssPercentPerMinute: number
  readonly rssMegabytes: Spread
  /** From the first third of the samples to the last, by their medians. */
  readonly outboxAgeRiseSeconds: number
  readonly outboxAgeSeconds: Spread
  readonly eventLoopDelayP99Ms: Spread
  readonly pendingEvidence: Spread
}

export interface SoakLoad {
  /** In batches a second. */
  readonly capacity: number
  readonly rate: number
  /** Acknowledged, of those that were due. */
  readonly keptUp: number
  readonly refused: number
}

export interface SoakVerdict extends SoakFigures, SoakLoad {
  readonly minutes: number
  /** What does not hold; nothing, when all does. */
  readonly missed: readonly string[]
}

const mostRssPercentPerMinute = 1
/** Between one look of the relay and the next an event may wait; that much is no rise. */
const mostOutboxAgeRiseSeconds = 1
const leastKeptUp = 0.95

/** Samples of the time in which caches fill are left out by the caller. */
export function figuresOf(samples: readonly SoakSample[]): SoakFigures {
  const rss = samples.map(({ rssMegabytes }) => rssMegabytes)
  const ages = samples.map(({ outboxAgeSeconds }) => outboxAgeSeconds)
  const third = Math.ceil(samples.length / 3)
  return {
    rssPercentPerMinute:
      (100 * 60 * slopeOf(samples.map(({ seconds, rssMegabytes }) => [seconds, rssMegabytes]))) / meanOf(rss),
    rssMegabytes: spreadOf(rss),
    outboxAgeRiseSeconds: spreadOf(ages.slice(-third)).median - spreadOf(ages.slice(0, third)).median,
    outboxAgeSeconds: spreadOf(ages),
    eventLoopDelayP99Ms: spreadOf(samples.map(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms)),
    pendingEvidence: spreadOf(samples.map(({ pendingEvidence }) => pendingEvidence)),
  }
}

export function judgeSoak(minutes: number, load: SoakLoad, figures: SoakFigures): SoakVerdict {
  const missed = [
    ...(figures.rssPercentPerMinute > mostRssPercentPerMinute ? ['memory grows'] : []),
    ...(figures.outboxAgeRiseSeconds > mostOutboxAgeRiseSeconds ? ['the outbox grows older'] : []),
    ...(load.keptUp < leastKeptUp ? ['the load was not kept up with'] : []),
    ...(load.refused > 0 ? ['batches were refused'] : []),
  ]
  return { minutes, ...load, ...figures, missed }
}

/** Least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const [meanX, meanY] = [meanOf(points.map(([x]) => x)), meanOf(points.map(([, y]) => y))]
  const covariance = meanOf(points.map(([x, y]) => (x - meanX) * (y - meanY)))
  return covariance / meanOf(points.map(([x]) => (x - meanX) ** 2))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
