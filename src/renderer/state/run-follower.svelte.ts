import { untrack } from 'svelte';
import type { ConnectionState } from '../../shared/contract/bridge.ts';
import type { RunSnapshot } from '../../shared/contract/run-snapshot.ts';
import { imagesOfEpoch, stepsOfEpoch } from '../../shared/contract/epoch-steps.ts';
import { exampleCount } from '../../shared/contract/learning-task.ts';
import type { RunEvent, RunEventBody } from '../../shared/contract/event.ts';
import type { EpochMetrics, RunDetail, RunStatus } from '../../shared/contract/run.ts';
import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { bestEpoch, withEpochs } from '../charts/epochs.ts';
import { LiveCurve, MAX_POINTS } from '../charts/live-curve.ts';
import type { Host } from '../transport/host.ts';
import { Batch } from './batch.ts';
import { hasEnded } from './run-status.ts';
import { HOLDING, receiveEvent, receiveSnapshot, type SequenceState, type SequenceStep } from './run-sequence.ts';

export type Progress = Extract<RunEventBody, { kind: 'progress' }>;
export type Step = Extract<RunEventBody, { kind: 'step' }>;

/** Figures that change every second can be read, and each change is a frame that the training pays for. */
const APPLY_INTERVAL_MILLISECONDS = 1000;
const STEP_KEYS = ['loss', 'accuracy', 'learning_rate'] as const;
export type StepKey = (typeof STEP_KEYS)[number];

/**
 * Follows one run, from before its first step or from its middle to its end and beyond, over lost and restarted engines:
 * it listens first, asks where the run is, and applies only what came after that.
 */
export class RunFollower {
  readonly runId: string;
  status = $state<RunStatus | null>(null);
  error = $state.raw<SerializedError | null>(null);
  /** As planned. */
  epochs = $state(0);
  history = $state.raw<readonly EpochMetrics[]>([]);
  bestEpoch = $state<number | null>(null);
  progress = $state.raw<Progress | null>(null);
  step = $state.raw<Step | null>(null);
  warnings = $state.raw<readonly string[]>([]);
  detail = $state.raw<RunDetail | null>(null);
  /** Why nothing is shown, or what is shown may be old. */
  problem = $state.raw<unknown>(null);
  /** Counts up whenever the curves have changed. */
  revision = $state(0);
  /** Metrics by step. Not tracked: they grow at every step; see `revision`. */
  readonly curves: Readonly<Record<StepKey, LiveCurve>> = {
    loss: new LiveCurve(),
    accuracy: new LiveCurve(),
    learning_rate: new LiveCurve(),
  };

  readonly #host: Host;
  readonly #batch = new Batch<RunEvent>(APPLY_INTERVAL_MILLISECONDS, (events) => this.#apply(events));
  #sequence: SequenceState = HOLDING;
  #waiting: RunEvent[] | null = [];
  /** Answers to what was asked before the last attachment are no news. */
  #attachment = 0;
  #ends: (() => void)[] = [];

  constructor(host: Host, runId: string) {
    this.#host = host;
    this.runId = runId;
  }

  /** Known once the images were counted. */
  get stepsPerEpoch(): number | null {
    const { detail, progress, epochs } = this;
    const images = detail?.result.dataset?.train;
    if (detail && images !== undefined) return stepsOfEpoch(detail.plan, exampleCount(detail.plan.task, images));
    return progress?.phase === 'train' && epochs > 0 ? progress.total / epochs : null;
  }

  /** What an epoch learns from; known once the images were counted. */
  get imagesPerEpoch(): number | null {
    const images = this.detail?.result.dataset?.train;
    if (!this.detail || images === undefined) return null;
    const { plan } = this.detail;
    return imagesOfEpoch(plan, exampleCount(plan.task, images));
  }

  begin(): void {
    this.#ends = [
      this.#host.transport.subscribe('run', (event) => {
        if (event.runId === this.runId) this.#take(receiveEvent(this.#sequence, event));
      }),
      this.#host.onConnection((state) => this.#onConnection(state)),
    ];
    void this.attach();
  }

  end(): void {
    this.#attachment += 1;
    this.#batch.clear();
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  /** Asks where the run is and goes on from there; again after something was missed. */
  async attach(): Promise<void> {
    this.#attachment += 1;
    const attachment = this.#attachment;
    const stale = (): boolean => attachment !== this.#attachment;
    this.#batch.clear();
    this.#waiting = [];
    if (this.#sequence.kind === 'following') this.#sequence = HOLDING;
    try {
      const snapshot = await this.#host.transport.invoke('runs.attach', { runId: this.runId });
      if (stale()) return;
      this.#applySnapshot(snapshot);
      this.#take(receiveSnapshot(this.#sequence, snapshot.sequence));
      if (stale()) return;
      await this.#load(stale);
    } catch (error) {
      if (stale()) return;
      // The engine comes back, and so does this.
      if (!(error instanceof ThawError && error.code === 'engine.lost')) this.problem = error;
    }
  }

  /** Reads the curves and the record from the log; what is told meanwhile waits. */
  async #load(stale: () => boolean): Promise<void> {
    const [series, detail] = await Promise.all([
      this.#host.transport.invoke('runs.series', {
        runId: this.runId,
        by: 'step',
        keys: [...STEP_KEYS],
        maxPoints: MAX_POINTS,
      }),
      this.#host.transport.invoke('runs.show', { runId: this.runId }),
    ]);
    if (stale()) return;
    for (const { key, x, y } of series) {
      const stepKey = STEP_KEYS.find((known) => known === key);
      if (stepKey) this.curves[stepKey].replace({ x, y });
    }
    this.detail = detail;
    if (hasEnded(detail.summary.status)) this.error = detail.result.error;
    this.problem = null;
    this.revision += 1;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#batch.push(waiting);
  }

  #take({ state, taken, lost }: SequenceStep): void {
    this.#sequence = state;
    if (this.#waiting) this.#waiting.push(...taken);
    else {
      this.#batch.push(taken);
      // That it pauses, goes on or ends is what people wait for.
      if (taken.some(({ body }) => body.kind === 'status')) this.#batch.flush();
    }
    if (lost) void this.attach();
  }

  #onConnection(state: ConnectionState): void {
    switch (state) {
      case 'lost':
        this.#sequence = HOLDING;
        return;
      case 'connected':
      case 'restarted':
        // An engine that came back counts from the beginning again.
        this.#sequence = HOLDING;
        void this.attach();
    }
  }

  #applySnapshot(snapshot: RunSnapshot): void {
    this.status = snapshot.status;
    this.epochs = snapshot.epochs;
    this.history = snapshot.history;
    this.bestEpoch = snapshot.bestEpoch;
    this.progress = snapshot.progress?.kind === 'progress' ? snapshot.progress : null;
    this.step = snapshot.step?.kind === 'step' ? snapshot.step : null;
    this.warnings = snapshot.warnings;
    if (!hasEnded(snapshot.status)) this.error = null;
  }

  #apply(events: readonly RunEvent[]): void {
    let ended = false;
    let prepared = false;
    const epochs: Extract<RunEventBody, { kind: 'epoch' }>[] = [];
    for (const { body } of events) {
      switch (body.kind) {
        case 'status':
          this.status = body.status;
          this.error = body.error;
          ended = hasEnded(body.status);
          break;
        case 'progress':
          this.progress = body;
          break;
        case 'step':
          this.step = body;
          this.curves.loss.push(body.step, body.loss);
          if (body.accuracy !== null) this.curves.accuracy.push(body.step, body.accuracy);
          this.curves.learning_rate.push(body.step, body.learningRate);
          prepared ||= this.detail?.result.dataset === null;
          break;
        case 'epoch':
          epochs.push(body);
          break;
        case 'baseline':
        case 'stage':
        case 'stages':
          // Masks and plan are in the record, which has grown.
          prepared = true;
          if (body.kind === 'stages') this.epochs = body.epochs;
          break;
        case 'warning':
          if (!this.warnings.includes(body.message)) this.warnings = [...this.warnings, body.message];
          break;
      }
    }
    this.#applyEpochs(epochs);
    this.revision += 1;
    // At its end the log has all that was told, and the proof; at its first step, what it was prepared with.
    if (ended) void this.attach();
    else if (prepared) void this.#readDetail();
  }

  #applyEpochs(told: readonly Extract<RunEventBody, { kind: 'epoch' }>[]): void {
    if (told.length === 0) return;
    // Epochs of few images with cached features end hundreds of times a second.
    this.history = withEpochs(
      this.history,
      told.map(({ metrics }) => metrics),
    );
    const best = told.filter((epoch) => epoch.best).at(-1)?.metrics.epoch ?? this.bestEpoch;
    const known = this.history.some(({ epoch }) => epoch === best);
    this.bestEpoch = known ? best : (bestEpoch(this.history)?.epoch ?? null);
  }

  /** Reads the record again, after something of it was changed. */
  reread(): Promise<void> {
    return this.#readDetail();
  }

  async #readDetail(): Promise<void> {
    const attachment = this.#attachment;
    try {
      const detail = await this.#host.transport.invoke('runs.show', { runId: this.runId });
      if (attachment === this.#attachment) this.detail = detail;
    } catch {
      // It is read again at the run's end; the window can do without it till then.
    }
  }
}

const shared = new WeakMap<Host, Map<string, { readonly follower: RunFollower; users: number }>>();

/**
 * The follower of the run that `runId` gives, for the life of the calling component. All components that follow one run
 * share one.
 */
export function followRun(host: Host, runId: () => string | null): { readonly current: RunFollower | null } {
  let current = $state.raw<RunFollower | null>(null);
  $effect(() => {
    const wanted = runId();
    if (wanted === null) {
      current = null;
      return;
    }
    return untrack(() => {
      const followers = shared.get(host) ?? new Map<string, { readonly follower: RunFollower; users: number }>();
      shared.set(host, followers);
      const entry = followers.get(wanted) ?? { follower: new RunFollower(host, wanted), users: 0 };
      followers.set(wanted, entry);
      if (entry.users === 0) entry.follower.begin();
      entry.users += 1;
      current = entry.follower;
      return () => {
        entry.users -= 1;
        if (entry.users > 0) return;
        entry.follower.end();
        followers.delete(wanted);
      };
    });
  });
  return {
    get current() {
      return current;
    },
  };
}
