import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { Evaluations, evaluationsOf } from '../../../../src/renderer/state/evaluations.svelte.ts';

const stored = (evaluationId: number, kept = true) => ({ evaluationId, kept, split: 'validation' });

/** An engine that keeps some evaluations and answers an evaluation when a test says so. */
function engine(kept: ReturnType<typeof stored>[]) {
  const asked: string[] = [];
  const runs: PromiseWithResolvers<unknown>[] = [];
  const transport = {
    invoke: (name: string, request: { evaluationId?: number }): Promise<unknown> => {
      asked.push(name);
      if (name === 'evaluations.list') return Promise.resolve([...kept]);
      if (name === 'evaluations.report') return Promise.resolve({ evaluationId: request.evaluationId });
      if (name !== 'evaluations.run') return Promise.resolve({});
      const answer = Promise.withResolvers<unknown>();
      runs.push(answer);
      return answer.promise;
    },
    subscribe: () => () => undefined,
  } as unknown as Transport;
  return { transport, asked, kept, runs };
}

describe('the evaluations of a run', () => {
  it('begin with the newest of which the images are known', async () => {
    const { transport } = engine([stored(5, false), stored(4), stored(3)]);
    const evaluations = new Evaluations(transport, 'a');
    await evaluations.load();
    expect([evaluations.chosen, evaluations.stored?.evaluationId]).toEqual([4, 4]);
    expect(evaluations.report).toEqual({ evaluationId: 4 });
  });

  it('ask for no report where only totals are kept', async () => {
    const { transport, asked } = engine([stored(5, false)]);
    const evaluations = new Evaluations(transport, 'a');
    await evaluations.load();
    expect([evaluations.chosen, evaluations.report]).toEqual([5, null]);
    expect(asked).toEqual(['evaluations.list']);
  });

  it('keep what is looked at when they are read again, and show a new one once it is there', async () => {
    const { transport, kept, runs } = engine([stored(4), stored(3)]);
    const evaluations = new Evaluations(transport, 'a');
    await evaluations.load();
    await evaluations.choose(3);
    await evaluations.load();
    expect(evaluations.report).toEqual({ evaluationId: 3 });
    const run = evaluations.run({ on: { kind: 'split', split: 'test' } });
    expect(evaluations.running.progress).not.toBeNull();
    kept.unshift(stored(6));
    runs[0]?.resolve({ evaluationId: 6 });
    await run;
    expect([evaluations.chosen, evaluations.kept?.length]).toEqual([6, 3]);
    expect(evaluations.report).toEqual({ evaluationId: 6 });
  });

  it('show the same as before where a new one failed', async () => {
    const { transport, runs } = engine([stored(4)]);
    const evaluations = new Evaluations(transport, 'a');
    await evaluations.load();
    const run = evaluations.run({});
    runs[0]?.reject(new ThawError('dataset.classes', 'No class is known.', 'Choose another folder.'));
    await run;
    expect(evaluations.chosen).toBe(4);
    expect(evaluations.running.problem).toBeInstanceOf(ThawError);
  });

  it('are found again while one is under way, and no longer', async () => {
    const { transport, runs } = engine([stored(4)]);
    const evaluations = evaluationsOf(transport, 'a');
    const run = evaluations.run({});
    expect(evaluationsOf(transport, 'b')).not.toBe(evaluations);
    expect(evaluationsOf(transport, 'a')).toBe(evaluations);
    runs[0]?.resolve({ evaluationId: 4 });
    await run;
    expect(evaluationsOf(transport, 'a')).not.toBe(evaluations);
  });
});
