import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRun, withdrawRun } from '../../../src/engine/experiment/new-run.ts';
import type { RunOrigin } from '../../../src/engine/experiment/run-origin.ts';
import { readPlan } from '../../../src/engine/experiment/run-reader.ts';
import { beginRun } from '../../../src/engine/service/begin-run.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let context: ServiceContext;
beforeEach(() => {
  const home = temporaryFolder();
  context = new ServiceContext({ home, cache: path.join(home, 'cache') });
});
afterEach(() => context.close());

it.each([
  { checkpoint: 'best', relation: 'weights', pinned: { step: 7 } },
  { checkpoint: undefined, relation: 'weights', pinned: { step: 7 } },
  // It goes on from another run's checkpoint, whatever that one began with.
  { checkpoint: 'last', relation: null, pinned: 'last' },
] as const)(
  'a run that waits means the checkpoint that its weights ($checkpoint) were when it was put there',
  async ({ checkpoint, relation, pinned }) => {
    const source = createRun(context.log, samplePlan(), null);
    const weights = { kind: 'run', runId: source, ...(checkpoint && { checkpoint }) } as const;
    const origin: RunOrigin | null = relation && { runId: source, relation, step: 7 };
    const planned = { plan: samplePlan({ weights }), origin, part: null, edits: null, warnings: [] };
    const { runId, plan } = await beginRun(context, planned, { queue: true });
    expect(readPlan(context.log, runId)).toEqual(plan);
    expect(plan.weights).toEqual({ kind: 'run', runId: source, checkpoint: pinned });
    withdrawRun(context.log, source);
  },
);
