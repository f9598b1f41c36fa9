import type { ForeignMetrics, ForeignPoints } from '../../experiment/foreign-run.ts';
import { LATEST_TIME } from '../../experiment/imported-values.ts';
import type { EventRunFiles } from './find-event-files.ts';
import { decodeEvent, type EventMessage } from './messages.ts';
import { MalformedRecord, readRecords } from './record-file.ts';
import { EPOCH_PREFIX } from './run-events.ts';
import { scalarValue } from './scalar-value.ts';

/** What Keras calls a metric of an epoch; it counts epochs from 0. */
const KERAS_EPOCH = /^epoch_(.+)$/;
const MOST_KEYS = 10_000;
const MOST_POINTS = 5_000_000;
const LONGEST_KEY = 500;

/** An event file is damaged or holds more than is read; the caller names the file. */
export class MalformedEvents extends Error {
  readonly file: string;

  constructor(file: string, found: string, options?: ErrorOptions) {
    super(found, options);
    this.file = file;
  }
}

type Part = EventRunFiles['files'][number]['part'];

/** Under which name, by what and at which place of that axis the log keeps a point. */
function placeOf(
  tag: string,
  step: number,
  part: Part,
): { readonly by: 'step' | 'epoch'; readonly key: string; readonly position: number } {
  const prefix = part === 'validation' ? 'val_' : '';
  const keras = part === null ? undefined : KERAS_EPOCH.exec(tag)?.[1];
  if (keras !== undefined) return { by: 'epoch', key: `${prefix}${keras}`, position: step + 1 };
  if (tag.startsWith(EPOCH_PREFIX) && tag !== EPOCH_PREFIX && step >= 1) {
    return { by: 'epoch', key: `${prefix}${tag.slice(EPOCH_PREFIX.length)}`, position: step };
  }
  return { by: 'step', key: `${prefix}${tag}`, position: step };
}

/** Gathers points by metric; the last of two at one place holds, as with a run that was taken up again. */
class Gathered {
  readonly #points = { step: new Map<string, ForeignPoints>(), epoch: new Map<string, ForeignPoints>() };
  #count = 0;
  begunAt = Infinity;
  endedAt = -Infinity;

  /** @throws Error beyond bounds */
  add(event: EventMessage, part: Part): void {
    const { wallTime, step = 0 } = event;
    const time = Math.round(wallTime * 1000);
    if (!Number.isSafeInteger(time) || time <= 0 || time > LATEST_TIME) return;
    this.begunAt = Math.min(this.begunAt, time);
    for (const value of event.summary?.value ?? []) {
      const scalar = scalarValue(value);
      const { tag = '' } = value;
      if (scalar === null || tag === '' || tag.length > LONGEST_KEY) continue;
      if (!Number.isSafeInteger(step) || step < 0) continue;
      const { by, key, position } = placeOf(tag, step, part);
      this.#push(by, key, { position, value: Number.isNaN(scalar) ? null : scalar, time });
      this.endedAt = Math.max(this.endedAt, time);
    }
  }

  #push(by: 'step' | 'epoch', key: string, point: ForeignPoints[number]): void {
    const known = this.#points[by].get(key);
    if (!known && this.#points.step.size + this.#points.epoch.size >= MOST_KEYS) {
      throw new RangeError(`it has more than ${MOST_KEYS} metrics`);
    }
    const points = known ?? [];
    if (!known) this.#points[by].set(key, points);
    this.#count += 1;
    if (this.#count > MOST_POINTS) throw new RangeError(`it has more than ${MOST_POINTS} points`);
    points.push(point);
  }

  get metrics(): ForeignMetrics {
    const epochs = this.#points.epoch;
    const losses = epochs.get('loss');
    if (losses && !epochs.has('seconds')) epochs.set('seconds', this.#seconds(losses));
    return this.#points;
  }

  /** How long each epoch took, by when its loss was told. */
  #seconds(losses: ForeignPoints): ForeignPoints {
    const told = new Map(losses.map((point) => [point.position, point.time]));
    return [...told].flatMap(([position, time]) => {
      const before = position === 1 ? this.begunAt : told.get(position - 1);
      return before === undefined || before > time ? [] : [{ position, value: (time - before) / 1000, time }];
    });
  }
}

/** What event files tell of a run. */
export interface EventRun {
  readonly metrics: ForeignMetrics;
  /** Milliseconds since 1970, UTC. */
  readonly begunAt: number;
  readonly endedAt: number;
}

/**
 * Reads the scalars of a run's event files; pictures, texts and distributions are left where they are.
 *
 * @returns null where there is no scalar in them
 * @throws MalformedEvents for a wrong checksum, bytes that are no event, or more than is read
 */
export async function readEventRun({ files }: EventRunFiles, signal: AbortSignal): Promise<EventRun | null> {
  const gathered = new Gathered();
  for (const { path, part } of files) {
    try {
      for await (const record of readRecords(path)) {
        signal.throwIfAborted();
        gathered.add(decodeEvent(record), part);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof MalformedRecord) throw new MalformedEvents(path, error.message, { cause: error });
      if (error instanceof Error && 'code' in error) throw error;
      const found = error instanceof RangeError ? error.message : 'a record in it is no event';
      throw new MalformedEvents(path, found, { cause: error });
    }
  }
  const { metrics, begunAt, endedAt } = gathered;
  return endedAt === -Infinity ? null : { metrics, begunAt, endedAt };
}
