import { expect, it } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { lineageOf } from '../../../../src/renderer/state/lineage.ts';

type Weights = TrainingPlan['weights'];

/** A log of runs by what each began with. */
function log(runs: Readonly<Record<string, Weights>>): Pick<Transport, 'invoke'> {
  const invoke = async (_name: string, { runId }: { runId: string }): Promise<unknown> => {
    const weights = runs[runId];
    if (weights === undefined) throw new ThawError('run.unknown', `No run ${runId}.`, '');
    const summary = { runId, name: `run ${runId}`, dataset: `/photos/${runId}`, createdAt: 1 };
    return Promise.resolve({ summary, plan: { weights } });
  };
  return { invoke: invoke as Transport['invoke'] };
}

const ofRun = (runId: string): Weights => ({ kind: 'run', runId });
const FILE: Weights = { kind: 'file', path: '/weights/model.h5' };
const LONG = Object.fromEntries(Array.from({ length: 20 }, (_, place) => [String(place), ofRun(String(place + 1))]));

it.each([
  ['one that began with a file', { a: FILE }, ['a'], FILE],
  ['one that went on from others', { a: ofRun('b'), b: ofRun('c'), c: FILE }, ['a', 'b', 'c'], FILE],
  ['one that went on from a run that was deleted', { a: ofRun('b') }, ['a'], { kind: 'gone', runId: 'b' }],
  ['one that goes on from itself', { a: ofRun('a') }, ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'], { kind: 'earlier' }],
  [
    'one of many generations',
    { a: ofRun('0'), ...LONG },
    ['a', '0', '1', '2', '3', '4', '5', '6'],
    { kind: 'earlier' },
  ],
] as const)('of %s, its weights are told back to where they come from', async (_, runs, names, origin) => {
  const lineage = await lineageOf(log(runs), 'a');
  expect(lineage.runs.map(({ runId }) => runId)).toEqual(names);
  expect(lineage.origin).toEqual(origin);
});

it('tells of a log that cannot be read', async () => {
  const invoke = () => Promise.reject(new ThawError('log.unreadable', 'torn', ''));
  await expect(lineageOf({ invoke }, 'a')).rejects.toThrow('torn');
});
