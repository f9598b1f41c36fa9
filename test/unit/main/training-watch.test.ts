import { describe, expect, it } from 'vitest';
import { TrainingWatch } from '../../../src/main/training-watch.ts';
import type { Transport } from '../../../src/shared/contract/endpoint.ts';
import type { RunEvent, RunEventBody } from '../../../src/shared/contract/event.ts';
import { EventListeners } from '../../../src/shared/contract/event-listeners.ts';
import type { RunStatus } from '../../../src/shared/contract/run.ts';

function watch(): {
  readonly watch: TrainingWatch;
  readonly signs: string[];
  readonly tell: (body: RunEventBody, runId?: string) => void;
} {
  const listeners = new EventListeners();
  const transport: Transport = {
    invoke: () => Promise.reject(new TypeError('A watch asks nothing.')),
    subscribe: (name, listener) => listeners.subscribe(name, listener),
  };
  const signs: string[] = [];
  let sequence = 0;
  return {
    signs,
    watch: new TrainingWatch(transport, {
      showProgress: (share) => signs.push(`progress ${share}`),
      keepAwake: (awake) => signs.push(awake ? 'awake' : 'may sleep'),
      announceEnd: (runId, status) => signs.push(`${runId} ${status}`),
    }),
    tell(body, runId = 'r1') {
      const event: RunEvent = { runId, sequence: (sequence += 1), time: 0, body };
      listeners.tell('run', event);
    },
  };
}

const status = (name: RunStatus): RunEventBody => ({ kind: 'status', status: name, error: null });
const progress = (done: number, total: number): RunEventBody => ({
  kind: 'progress',
  phase: 'train',
  done,
  total,
  unit: 'step',
  ratePerSecond: null,
  secondsLeft: null,
  detail: '',
});

describe('what the system is told of training', () => {
  it('keeps the machine awake while it trains, not while it is paused', () => {
    const { watch: training, signs, tell } = watch();
    tell(status('running'));
    expect([training.active, signs.splice(0)]).toEqual(['r1', ['awake']]);
    tell(status('paused'));
    expect([training.active, signs.splice(0)]).toEqual(['r1', ['may sleep']]);
    tell(status('running'));
    expect(signs.splice(0)).toEqual(['awake']);
  });

  it('shows the progress of the run under way alone', () => {
    const { signs, tell } = watch();
    tell(status('running'));
    tell(progress(1, 4));
    tell(progress(3, 4), 'another');
    tell(progress(5, 4));
    tell(progress(0, 0));
    expect(signs.slice(1)).toEqual(['progress 0.25', 'progress 1', 'progress null']);
  });

  it.each(['finished', 'stopped', 'failed', 'interrupted'] as const)('ends all signs when a run has %s', (end) => {
    const { watch: training, signs, tell } = watch();
    tell(status('running'));
    tell(status(end));
    expect(training.active).toBeNull();
    expect(signs.slice(1)).toEqual(['progress null', 'may sleep', `r1 ${end}`]);
  });

  it('forgets what was under way in an engine that is gone', () => {
    const { watch: training, signs, tell } = watch();
    tell(status('running'));
    training.forget();
    expect([training.active, signs.slice(1)]).toEqual([null, ['progress null', 'may sleep']]);
  });
});
