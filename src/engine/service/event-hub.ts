import type { EventName, EventOf } from '../../shared/contract/endpoint.ts';
import type { RunEventBody, TaskEvent } from '../../shared/contract/event.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';
import { isActive } from '../experiment/run-status.ts';

type Listener<Name extends EventName> = (event: EventOf<Name>) => void;

/** The log has every epoch that is older than its writer's pause; these are more than fit into one. */
const EPOCHS_KEPT = 4096;

/** What was told of a run last, for whoever comes in the middle. */
export interface LastTold {
  /** Of the last event; 0 where nothing was told. */
  readonly sequence: number;
  readonly progress: RunEventBody | null;
  readonly step: RunEventBody | null;
  /** The latest epochs since the run was taken up, which the log may not have yet. */
  readonly epochs: readonly EpochMetrics[];
  /** Of them; null where none was better than those before. */
  readonly bestEpoch: number | null;
}

const NOTHING_TOLD: LastTold = { sequence: 0, progress: null, step: null, epochs: [], bestEpoch: null };

function follow(last: LastTold, body: RunEventBody): Omit<LastTold, 'sequence'> {
  switch (body.kind) {
    case 'progress':
      return { ...last, progress: body };
    case 'step':
      return { ...last, step: body };
    case 'epoch': {
      const { metrics, best } = body;
      const before = last.epochs.filter(({ epoch }) => epoch !== metrics.epoch).slice(1 - EPOCHS_KEPT);
      return { ...last, epochs: [...before, metrics], bestEpoch: best ? metrics.epoch : last.bestEpoch };
    }
    case 'status':
      // Once a run has ended the log has all of it.
      return isActive(body.status) ? last : { ...last, epochs: [], bestEpoch: null };
    case 'baseline':
    case 'stage':
    case 'stages':
    case 'warning':
      return last;
  }
}

/** Hands events to whoever listens, numbering those of each run and each task from 1 without gaps. */
export class EventHub {
  readonly #listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = {
    run: new Set(),
    task: new Set(),
    dataset: new Set(),
    runs: new Set(),
  };
  readonly #runs = new Map<string, LastTold>();

  /** @returns the function that ends the subscription */
  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  tellRun(runId: string, body: RunEventBody): void {
    const last = this.lastTold(runId);
    const sequence = last.sequence + 1;
    this.#runs.set(runId, { ...follow(last, body), sequence });
    const event: EventOf<'run'> = { runId, sequence, time: Date.now(), body };
    for (const listener of this.#listeners.run) listener(event);
  }

  /** A run is taken up from its checkpoint: what was told of it beyond that holds no more, only its sequence goes on. */
  takeUp(runId: string): void {
    const { sequence } = this.lastTold(runId);
    if (sequence > 0) this.#runs.set(runId, { ...NOTHING_TOLD, sequence });
  }

  lastTold(runId: string): LastTold {
    return this.#runs.get(runId) ?? NOTHING_TOLD;
  }

  tellTask(event: TaskEvent): void {
    for (const listener of this.#listeners.task) listener(event);
  }

  /** Whether anybody would be told: a command line follows no dataset. */
  hears(name: EventName): boolean {
    return this.#listeners[name].size > 0;
  }

  tellRuns(event: EventOf<'runs'>): void {
    for (const listener of this.#listeners.runs) listener(event);
  }

  tellDataset(event: EventOf<'dataset'>): void {
    for (const listener of this.#listeners.dataset) listener(event);
  }
}
