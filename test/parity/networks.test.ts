import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPublished } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { checkReference } from '../../src/engine/reference/check-reference.ts';
import { storedTensor } from '../../src/engine/reference/fill.ts';
import { readReference } from '../../src/engine/reference/reference-file.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures/references');
/** VGG's 140 million weights are filled number by number, and a busy machine has taken 90 s over the deepest networks. */
const LONGEST_MILLISECONDS = 300_000;

/** Holds every network of a folder to what its publisher's code computed. */
function describeReferences(folder: string): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it.each(files)(
    '%s',
    async (file) => {
      const reference = await readReference(path.join(folder, file));
      const check = await checkReference(reference);
      expect(check.modes.map(({ folded, firstDifference }) => ({ folded, firstDifference }))).toEqual(
        check.modes.map(({ folded }) => ({ folded, firstDifference: null })),
      );
      expect(check).toMatchObject({ equal: true, publishedAs: reference.network });
      // As published nearly every checkpoint is of a layer: what the framework adds, such as a softmax, is not.
      expect(check.modes[0]?.checkpoints).toBeGreaterThanOrEqual(Object.keys(reference.checkpoints).length - 4);
    },
    LONGEST_MILLISECONDS,
  );

  it.each(files.filter((file) => file.startsWith('keras-')))('%s lists the tensors in the same order', async (file) => {
    const { framework, network, size, tensors, output } = await readReference(path.join(folder, file));
    const built = findPublished(framework, network, size).buildWithTop(output.shape.at(-1) ?? 0);
    const own = networkTensors(built).map((tensor) => storedTensor(framework, tensor));
    expect(own.map(({ name, shape }) => [name, [...shape]])).toEqual(tensors);
  });
}

describeShared('Networks compute what their publishers do, with the references of', () => {
  describe('the shared folder', () => describeReferences(sharedPath('reference')));
});

describe('Networks compute what their publishers do, with the references of', () => {
  describe('the fixtures', () => describeReferences(FIXTURES));
});

describe('A network that computes something else', () => {
  it('is told by the first output that differs, in its own order', async () => {
    const reference = await readReference(path.join(FIXTURES, 'keras-MobileNetV2@1.4-97.json'));
    const { checkpoints } = reference;
    const moved = (name: string): (typeof checkpoints)[string] => {
      const summary = checkpoints[name];
      if (!summary) throw new TypeError(name);
      return { ...summary, mean: summary.mean + 0.1 * summary.std + 1 };
    };
    const changed = {
      ...checkpoints,
      block_16_depthwise: moved('block_16_depthwise'),
      block_5_add: moved('block_5_add'),
    };
    const check = await checkReference({ ...reference, checkpoints: changed });
    expect(check.equal).toBe(false);
    expect(check.modes.map(({ firstDifference }) => firstDifference?.layer)).toEqual(['block_5_add', 'block_5_add']);
    expect(check.modes[0]?.firstDifference?.distance).toBeGreaterThan(1);
  });

  it('is told by its output where all on the way is equal', async () => {
    const reference = await readReference(path.join(FIXTURES, 'keras-MobileNetV2@1.4-97.json'));
    const [first = [], second = []] = reference.output.logits;
    const logits = [first, [...second.slice(0, -1), (second.at(-1) ?? 0) + reference.output.std]];
    const check = await checkReference({ ...reference, output: { ...reference.output, logits } });
    expect(check.modes.map(({ firstDifference }) => firstDifference?.checkpoint)).toEqual(['output', 'output']);
  });
});
