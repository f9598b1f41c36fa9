import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FreezeRule } from '../../../src/shared/contract/plan.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import type { Program } from '../../../src/engine/graph/program-description.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { diverged, findCulprit } from '../../../src/engine/training/divergence.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SIZE = 8;
const LABELS = Int32Array.of(0, 1, 1, 0, 1);
const RATE = 0.05;
const network = branchedNetwork();
const folder = temporaryFolder();

interface Loaded extends Disposable {
  readonly session: Session;
  readonly program: Program;
  readonly values: Map<string, Float32Array>;
  readonly train: (learningRate?: number) => ReturnType<Session['run']>;
}

const feeds: Readonly<Record<string, Feed>> = {
  images: {
    data: [
      Uint8Array.from({ length: LABELS.length * SIZE * SIZE * 3 }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24),
    ],
    shape: [],
  },
  labels: { data: LABELS, shape: [LABELS.length] },
  dropout_seed: { data: Int32Array.of(1, 2), shape: [2] },
};
const rate = (value: number): Feed => ({ data: Float32Array.of(value), shape: [] });
const prefixFeed = (prefix: string): Feed => ({ data: [Buffer.from(prefix)], shape: [] });

/** The small network, everything in the train step whether it learns or not; plain descent, so that a step is the gradient. */
function load(rules: readonly FreezeRule[] = [], planted: Readonly<Record<string, number>> = {}): Loaded {
  const plan = { ...freezePlan(network, 'scratch', rules), prefix: [], cut: [] };
  const optimizer = { kind: 'sgd', learningRate: RATE, momentum: 0, nesterov: false } as const;
  const program = compileProgram({ network, plan, preprocessing: scaleToUnitRange(SIZE, SIZE), optimizer });
  const session = Session.load(path.join(folder, 'program'), program.savedModel, program.signatures);
  const values = new Map(initialValues(network, 3));
  for (const [name, value] of Object.entries(planted)) {
    values.set(
      name,
      Float32Array.from(values.get(name) ?? [], (own, index) => (index === 1 ? value : own)),
    );
  }
  session.run('assign', program.assignFeeds(values));
  return {
    session,
    program,
    values,
    train: (learningRate = RATE) => session.run('train', { ...feeds, learning_rate: rate(learningRate) }),
    [Symbol.dispose]: () => session.dispose(),
  };
}

function introspectionOf({ program }: Loaded): NonNullable<Program['introspection']> {
  if (!program.introspection) throw new Error('A program that trains can be asked.');
  return program.introspection;
}

async function weightsOf({ session }: Loaded, name: string): Promise<ReadonlyMap<string, Float32Array>> {
  const prefix = path.join(folder, name);
  session.run('save', { prefix: prefixFeed(prefix) });
  const file = await openTensorFlowCheckpoint(prefix);
  const read = new Map(networkTensors(network).map((tensor) => [tensor.name, file.read(tensor.name)]));
  file.close();
  return read;
}

const norm = (values: Float32Array): number => Math.hypot(...values);

describe('a step whose loss is no number', () => {
  it.each([
    { planted: { 'branch_a/kernel': NaN }, layer: 'branch_a', part: 'weights', value: 'NaN' },
    { planted: { 'logits/bias': Infinity }, layer: 'logits', part: 'weights', value: 'Infinity' },
    // Finite, but the squares of what it gives are not.
    { planted: { 'stem/kernel': 3e38 }, layer: 'stem_bn', part: 'output', value: 'NaN' },
    {
      planted: { 'shortcut/kernel': -Infinity, 'branch_b/kernel': NaN },
      layer: 'shortcut',
      part: 'weights',
      value: '-Infinity',
    },
  ] as const)('is refused, and traced to $part of $layer', async ({ planted, layer, part, value }) => {
    using loaded = load([], planted);
    await expectError(() => loaded.train(), 'training.diverged');
    const culprit = findCulprit(loaded.session, introspectionOf(loaded), feeds);
    expect(culprit).toEqual({ layer, part, value });
    const where = { otherwise: 'the loss', step: 57, epoch: 2, learningRate: 0.1, hasCheckpoint: true };
    expect(diverged({ culprit, ...where }).message).toContain(
      `layer '${layer}' (its ${part}) became ${value} at step 57 (epoch 2)`,
    );
  });

  it('though every output is finite is told as what it is', async () => {
    using loaded = load();
    // Both are finite, and what lies between them is not.
    loaded.values.set('logits/bias', Float32Array.of(3e38, -3e38));
    loaded.session.run('assign', loaded.program.assignFeeds(loaded.values));
    await expectError(() => loaded.train(), 'training.diverged');
    const culprit = findCulprit(loaded.session, introspectionOf(loaded), feeds);
    expect(culprit).toEqual({ part: 'loss', value: 'Infinity' });
    const where = { otherwise: 'the loss', step: 3, epoch: 3, learningRate: 1e38, hasCheckpoint: true };
    expect(diverged({ culprit, ...where }).message).toContain(
      'the loss, of layers whose outputs are all finite, became Infinity at step 3 (epoch 3)',
    );
  });

  it('leaves the weights as they were', async () => {
    using loaded = load([], { 'branch_b/kernel': NaN });
    await expectError(() => loaded.train(), 'training.diverged');
    const after = await weightsOf(loaded, 'refused');
    for (const name of ['stem/kernel', 'shortcut/kernel', 'logits/kernel', 'branch_b/kernel']) {
      expect(after.get(name)).toEqual(loaded.values.get(name));
    }
  });

  it('is looked for in weights that a step has just made', () => {
    using loaded = load();
    expect(findCulprit(loaded.session, introspectionOf(loaded), null)).toBeNull();
    expect(findCulprit(loaded.session, introspectionOf(loaded), feeds)).toBeNull();
    loaded.train(Infinity);
    expect(findCulprit(loaded.session, introspectionOf(loaded), null)).toMatchObject({
      layer: 'stem',
      part: 'weights',
    });
  });
});

describe('a step whose loss is finite, but not its gradient', () => {
  /** A layer that gives next to nothing, and one that makes it large again: what goes back through both is larger still. */
  function overflowing(rules: readonly FreezeRule[] = []): Loaded {
    const loaded = load(rules);
    const scaled = (name: string, factor: number): void => {
      loaded.values.set(
        name,
        (loaded.values.get(name) ?? new Float32Array()).map((value) => value * factor),
      );
    };
    scaled('stem/kernel', 1e-37);
    scaled('stem_bn/gamma', 1e37);
    scaled('logits/kernel', 20);
    loaded.session.run('assign', loaded.program.assignFeeds(loaded.values));
    return loaded;
  }

  it('is refused before any weight changes, and traced to the tensor', async () => {
    using loaded = overflowing();
    await expectError(() => loaded.train(), 'training.diverged', 'gradients');
    const after = await weightsOf(loaded, 'overflowed');
    // Also above, where the gradients are finite.
    for (const { name } of networkTensors(network)) {
      if (!name.includes('moving_')) expect(after.get(name)).toEqual(loaded.values.get(name));
    }
    const culprit = findCulprit(loaded.session, introspectionOf(loaded), feeds);
    expect(culprit).toMatchObject({ layer: 'stem', part: 'gradient', tensor: 'stem/kernel' });
    const where = { otherwise: 'the loss', step: 57, epoch: 2, learningRate: 0.1, hasCheckpoint: true };
    const { message, hint } = diverged({ culprit, ...where });
    expect(message).toMatch(
      /; the gradient of 'stem\/kernel' in layer 'stem', of a loss that is finite, became (NaN|-?Infinity) at step 57 \(epoch 2\)/,
    );
    expect(hint).toContain('--clip-value');
  });

  it('trains where the layer of that gradient is frozen', () => {
    using loaded = overflowing([{ action: 'freeze', pattern: 'stem' }]);
    expect(Number.isFinite(loaded.train()['loss']?.data[0])).toBe(true);
    expect(findCulprit(loaded.session, introspectionOf(loaded), feeds)).toBeNull();
  });
});

describe('a step that is looked into', () => {
  const FROZEN = [
    { action: 'freeze', pattern: 'branch_a' },
    { action: 'freeze', pattern: 'shortcut' },
  ] as const;

  it('takes the step that any other takes, and tells the norms of the gradients that it followed', async () => {
    using plain = load(FROZEN);
    using loaded = load(FROZEN);
    const first = path.join(folder, 'first');
    loaded.session.run('keep_first', { prefix: prefixFeed(first) });
    const told = loaded.session.run('introspect', {
      ...feeds,
      learning_rate: rate(RATE),
      prefix: prefixFeed(first),
    });
    const expected = plain.train();
    expect(told['loss']?.data[0]).toBeCloseTo(expected['loss']?.data[0] ?? NaN, 6);
    const [after, afterPlain] = [await weightsOf(loaded, 'looked'), await weightsOf(plain, 'plain')];
    const { learning, drifting } = introspectionOf(loaded);
    expect(learning).toEqual([
      'stem/kernel',
      'stem_bn/gamma',
      'stem_bn/beta',
      'branch_b/kernel',
      'logits/kernel',
      'logits/bias',
    ]);
    learning.forEach((name, index) => {
      const before = loaded.values.get(name) ?? new Float32Array();
      // Plain descent: what the weights moved by, divided by the rate, is the gradient.
      const gradient = before.map((value, at) => (value - (after.get(name)?.[at] ?? NaN)) / RATE);
      const squares = told['gradients']?.data[index] ?? NaN;
      expect(Math.sqrt(2 * squares) / norm(gradient)).toBeCloseTo(1, 3);
      const apart = before.map((_, at) => (after.get(name)?.[at] ?? NaN) - (afterPlain.get(name)?.[at] ?? NaN));
      expect(norm(apart)).toBeLessThan(1e-5);
    });
    // A step finds the weights where the one before left them: the first has gone nowhere.
    expect(drifting).toEqual([...learning.slice(0, 3), 'shortcut/kernel', 'branch_a/kernel', ...learning.slice(3)]);
    expect([...(told['drift']?.data ?? [])]).toEqual(drifting.map(() => 0));
  });

  it('tells how far the weights are from the first ones, and that frozen ones have not moved', async () => {
    using loaded = load(FROZEN);
    const first = path.join(folder, 'far');
    loaded.session.run('keep_first', { prefix: prefixFeed(first) });
    for (let step = 0; step < 5; step += 1) loaded.train();
    const before = await weightsOf(loaded, 'far-after');
    const told = loaded.session.run('introspect', { ...feeds, learning_rate: rate(RATE), prefix: prefixFeed(first) });
    introspectionOf(loaded).drifting.forEach((name, index) => {
      const start = loaded.values.get(name) ?? new Float32Array();
      const way = start.map((value, at) => (before.get(name)?.[at] ?? NaN) - value);
      expect(Math.sqrt(2 * (told['drift']?.data[index] ?? NaN))).toBeCloseTo(norm(way), 5);
      expect(Math.sqrt(2 * (told['first']?.data[index] ?? NaN))).toBeCloseTo(norm(start), 3);
      const isFrozen = name.startsWith('branch_a/') || name.startsWith('shortcut/');
      expect(told['drift']?.data[index] === 0).toBe(isFrozen);
    });
  });
});
