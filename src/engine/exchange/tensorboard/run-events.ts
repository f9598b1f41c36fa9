import type { Log } from '../../experiment/log.ts';
import { pointKeys, walkPoints, type PointsBy } from '../../experiment/points-reader.ts';
import type { HistogramMessage, EventMessage } from './messages.ts';

/** Stands before the name of what is known by epoch: TensorBoard has one axis, which is the step's. */
export const EPOCH_PREFIX = 'epoch/';

/** What of a run is no metric, and stands in its events once. */
export interface RunPicture {
  /** Milliseconds since 1970, UTC. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** A `GraphDef`, encoded; null where the network is not known here any more. */
  readonly graph: Uint8Array | null;
  /** Of the weights, by layer and tensor, after that many steps. */
  readonly weights: { readonly step: number; readonly histograms: ReadonlyMap<string, HistogramMessage> } | null;
}

function* scalars(log: Log, runId: string, by: PointsBy): Generator<EventMessage> {
  for (const key of pointKeys(log, runId, by)) {
    const tag = by === 'epoch' ? `${EPOCH_PREFIX}${key}` : key;
    for (const page of walkPoints(log, runId, by, key)) {
      for (const { position, value, time } of page) {
        yield {
          wallTime: time / 1000,
          step: position,
          summary: { value: [{ tag, simpleValue: value ?? Number.NaN }] },
        };
      }
    }
  }
}

/**
 * A run as TensorBoard reads it: its layers as a graph, each metric by step under its own name and by epoch under `epoch/`,
 * and how the weights are distributed that it ended with.
 *
 * @throws ThawError `run.unknown`
 */
export function* runEvents(log: Log, runId: string, picture: RunPicture): Generator<EventMessage> {
  const begun = picture.startedAt / 1000;
  if (picture.graph) yield { wallTime: begun, graphDef: picture.graph };
  // Also of a run without metrics there is a file that says so.
  else yield { wallTime: begun, summary: { value: [] } };
  yield* scalars(log, runId, 'step');
  yield* scalars(log, runId, 'epoch');
  if (!picture.weights) return;
  const { step, histograms } = picture.weights;
  for (const [tensor, histo] of histograms) {
    yield {
      wallTime: picture.endedAt / 1000,
      step,
      summary: { value: [{ tag: `weights/${tensor}`, histo }] },
    };
  }
}
