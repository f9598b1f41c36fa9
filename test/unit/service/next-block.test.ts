import path from 'node:path';
import { afterEach, beforeEach, it } from 'vitest';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { findNextBlock } from '../../../src/engine/service/find-next-block.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let context: ServiceContext;
beforeEach(() => {
  const home = temporaryFolder();
  context = new ServiceContext({ home, cache: path.join(home, 'cache') });
});
afterEach(() => context.close());

it.each([
  { task: { kind: 'autoencoder', layerwise: true, noise: 0 }, code: 'usage.invalid', words: 'trained layer by layer' },
  // That it has not ended is all that is wrong here.
  { task: { kind: 'autoencoder', layerwise: false, noise: 0 }, code: 'run.state', words: 'has ended' },
] as const)('the next block of a run that learnt $task is refused as $code', async ({ task, code, words }) => {
  const runId = createRun(context.log, samplePlan({ network: 'dense_30-20_14', task }), null);
  await expectError(() => findNextBlock(context, { runId }), code, words);
});
