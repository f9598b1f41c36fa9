import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { loadBinding } from '../../../src/engine/runtime/binding.ts';
import { Session } from '../../../src/engine/runtime/session.ts';
import { introspect, keepFirstWeights } from '../../../src/engine/training/introspect.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WARM_UP = 200;
const STEPS = 1000;
/** Activations that stayed behind would be gigabytes, weights 700 MB; `npm run bench -- leak` looks closer. */
const MOST_BYTES = 64 * 2 ** 20;

describe('a thousand steps', () => {
  it('leave no tensor behind, and memory as it was', async () => {
    const { build, preprocessing } = findNetwork('mobilenet_v1_0.25_32');
    const network = withHead(build(), { classes: 2, dropout: 0.2 });
    const program = compileProgram({
      network,
      plan: freezePlan(network, 'finetune', []),
      preprocessing,
      optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: false },
    });
    const { introspection } = program;
    if (!introspection) throw new Error('A program that trains can be asked.');
    const folder = temporaryFolder();
    using session = Session.load(path.join(folder, 'program'), program.savedModel, program.signatures);
    session.run('assign', program.assignFeeds(new Map(initialValues(network, 1))));
    await keepFirstWeights(session, folder);
    const images = { data: [new Uint8Array(4 * 32 * 32 * 3).fill(90)], shape: [] };
    const labels = { data: Int32Array.of(0, 1, 0, 1), shape: [4] };
    const take = (from: number, to: number): void => {
      for (let step = from; step < to; step += 1) {
        const feeds = {
          images,
          labels,
          learning_rate: { data: Float32Array.of(0.001), shape: [] },
          dropout_seed: { data: Int32Array.of(1, step), shape: [2] },
        };
        if (step % 50 === 0) introspect(session, introspection, feeds, folder);
        else session.run('train', feeds);
        if (step % 100 === 0) session.run('evaluate', { images, labels });
      }
    };
    take(0, WARM_UP);
    const [tensors, bytes] = [loadBinding().getNumOfTensors(), process.memoryUsage.rss()];
    take(WARM_UP, STEPS);
    expect(loadBinding().getNumOfTensors()).toBe(tensors);
    expect(process.memoryUsage.rss() - bytes).toBeLessThan(MOST_BYTES);
  }, 180_000);
});
