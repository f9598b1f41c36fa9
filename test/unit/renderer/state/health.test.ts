import { describe, expect, it } from 'vitest';
import { HealthController } from '../../../../src/renderer/state/health.svelte.ts';
import type { DatasetHealth, HealthFinding } from '../../../../src/shared/contract/dataset-health.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { TaskEvent } from '../../../../src/shared/contract/event.ts';

const reference = { kind: 'sample' } as const;

function finding(kind: HealthFinding['kind']): HealthFinding {
  return { kind, severity: 'warning', message: kind, groups: [], mend: null };
}

function healthWith(...kinds: HealthFinding['kind'][]): DatasetHealth {
  return { findings: kinds.map(finding) } as unknown as DatasetHealth;
}

function dataset(datasetId: string, version: string, images = 10) {
  return { datasetId, version, counts: { train: images, validation: 0, test: 0 }, unlabelled: 0 };
}

interface Look {
  readonly taskId: string;
  readonly answer: (health: DatasetHealth) => Promise<void>;
  readonly refuse: (error: unknown) => Promise<void>;
}

/** A controller whose engine answers when a test says so. */
function controlled() {
  const looks: Look[] = [];
  const cancelled: string[] = [];
  const listeners = new Set<(event: TaskEvent) => void>();
  const transport = {
    invoke: (name: string, request: { readonly taskId: string }): Promise<unknown> => {
      if (name === 'task.cancel') {
        cancelled.push(request.taskId);
        return Promise.resolve({});
      }
      const { promise, resolve, reject } = Promise.withResolvers<DatasetHealth>();
      // What waits for the answer goes on before the test does.
      const settled = async (): Promise<void> => {
        await promise.catch(() => undefined);
        await Promise.resolve();
      };
      looks.push({
        taskId: request.taskId,
        answer: (health) => {
          resolve(health);
          return settled();
        },
        refuse: (error) => {
          reject(error instanceof Error ? error : new Error(String(error)));
          return settled();
        },
      });
      return promise;
    },
    subscribe: (_: string, listener: (event: TaskEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Transport;
  const tell = (taskId: string, done: number): void => {
    const event = { taskId, sequence: 1, done, total: 9, unit: 'image', ratePerSecond: 3, secondsLeft: 2, detail: '' };
    for (const listener of listeners) listener(event as TaskEvent);
  };
  return { health: new HealthController(transport), looks, cancelled, listeners, tell };
}

describe('the look at every image', () => {
  it('begins with the dataset, tells how far it is, and shows the first finding until another is chosen', async () => {
    const { health, looks, listeners, tell } = controlled();
    health.follow(dataset('a', '1'), reference);
    expect(health.looking).toMatchObject({ done: 0, total: 0 });
    tell('of another', 5);
    expect(health.looking?.done).toBe(0);
    tell(looks[0]?.taskId ?? '', 4);
    expect(health.looking).toMatchObject({ done: 4, total: 9, ratePerSecond: 3, secondsLeft: 2 });
    await looks[0]?.answer(healthWith('leaks', 'tiny'));
    expect([health.looking, health.stale, health.shown?.kind, listeners.size]).toEqual([null, false, 'leaks', 0]);
    health.chosen = 'tiny';
    expect(health.shown?.kind).toBe('tiny');
  });

  it('is not begun again for the dataset that was looked at', async () => {
    const { health, looks } = controlled();
    health.follow(dataset('a', '1'), reference);
    await looks[0]?.answer(healthWith());
    health.follow(dataset('a', '1'), reference);
    expect(looks.length).toBe(1);
  });

  it.each([
    ['a small dataset is looked at again once it has changed', 2000, 2, false],
    ['a large one is told to have changed', 2001, 1, true],
  ] as const)('%s', async (_, images, expected, stale) => {
    const { health, looks } = controlled();
    health.follow(dataset('a', '1', images), reference);
    await looks[0]?.answer(healthWith('leaks', 'tiny'));
    health.chosen = 'tiny';
    health.follow(dataset('a', '2', images), reference);
    expect(looks.length).toBe(expected);
    // What was found before stays until more is known.
    expect(health.findings.length).toBe(2);
    expect(health.stale).toBe(true);
    await looks[1]?.answer(healthWith('leaks'));
    expect(health.stale).toBe(stale);
    // What was chosen is no longer there: the first one is shown.
    if (!stale) expect(health.shown?.kind).toBe('leaks');
  });

  it('of another dataset forgets what was found, and ends the one before', async () => {
    const { health, looks, cancelled } = controlled();
    health.follow(dataset('a', '1'), reference);
    health.follow(dataset('b', '1'), reference);
    expect(cancelled).toEqual([looks[0]?.taskId]);
    await looks[0]?.answer(healthWith('leaks'));
    expect(health.report).toBeNull();
    await looks[1]?.answer(healthWith('tiny'));
    expect(health.shown?.kind).toBe('tiny');
    health.follow(dataset('c', '1'), reference);
    expect([health.report, health.chosen]).toEqual([null, null]);
  });

  it('leaves things as they were when it is cancelled, and says why it failed', async () => {
    const { health, looks, cancelled } = controlled();
    health.follow(dataset('a', '1'), reference);
    health.cancel();
    expect([cancelled.length, health.looking]).toEqual([1, null]);
    await looks[0]?.refuse(new Error('ended'));
    expect([health.problem, health.report]).toEqual([null, null]);
    void health.look(reference);
    const gone = new Error('the disk has gone');
    await looks[1]?.refuse(gone);
    expect([health.problem, health.looking]).toEqual([gone, null]);
    void health.look(reference);
    expect(health.problem).toBeNull();
  });

  it('no longer shows what was mended, before every image was looked at again', async () => {
    const { health, looks } = controlled();
    health.follow(dataset('a', '1', 5000), reference);
    const group = (...ids: string[]) =>
      ids.map((imageId) => ({ imageId })) as unknown as HealthFinding['groups'][number];
    const leaks = { ...finding('leaks'), groups: [group('1', '2'), group('3', '4')] };
    await looks[0]?.answer({ findings: [leaks, finding('tiny')] } as unknown as DatasetHealth);
    const mend = (before: string, after: string, kind: HealthFinding['kind'], imageIds?: string[]): void => {
      health.leaveOut(dataset('a', before, 5000), dataset('a', after, 5000), kind, imageIds);
      health.follow(dataset('a', after, 5000), reference);
    };
    mend('1', '2', 'leaks', ['2', '1']);
    expect(health.shown).toEqual({ ...leaks, groups: [group('3', '4')] });
    mend('2', '3', 'leaks', ['3']);
    expect(health.findings.map(({ kind }) => kind)).toEqual(['tiny']);
    mend('3', '4', 'tiny');
    expect(health.findings).toEqual([]);
    // Steps are taken back: what they mended is there again.
    health.follow(dataset('a', '2', 5000), reference);
    expect(health.shown).toEqual({ ...leaks, groups: [group('3', '4')] });
    health.follow(dataset('a', '1', 5000), reference);
    expect([health.shown, health.findings.length, health.stale]).toEqual([leaks, 2, false]);
  });

  it('leaves nothing out of another dataset, nor where nothing was mended', async () => {
    const { health, looks } = controlled();
    health.follow(dataset('b', '1'), reference);
    await looks[0]?.answer(healthWith('leaks', 'tiny'));
    health.leaveOut(dataset('a', '1'), dataset('b', '1'), 'leaks', undefined);
    health.leaveOut(dataset('a', '1'), dataset('a', '2'), 'leaks', undefined);
    health.leaveOut(dataset('b', '1'), dataset('b', '1'), 'leaks', undefined);
    health.leaveOut(dataset('b', '1'), null, 'leaks', undefined);
    expect(health.findings.length).toBe(2);
    expect(health.findingsOf(dataset('b', '1'))?.length).toBe(2);
    expect(health.findingsOf(dataset('a', '1'))).toBeNull();
  });
});
