import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { withLayerDecoders } from '../../src/engine/network/decoder.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { completePlan } from '../../src/engine/service/default-plan.ts';
import { chosenPrefix } from '../../src/engine/training/starred-checkpoints.ts';
import { runTraining } from '../../src/engine/training/run-training.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import { openStoredCheckpoint } from '../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { never, trainingJob } from '../support/training-job.ts';

const NETWORK = 'dense_6-5-4_4';
const LAYERS = ['dense_1', 'dense_2', 'dense_3'];
const IMAGES = 12;
const STEPS = 8;
const SEED = 5;
const RATE = { learningRate: 0.05, momentum: 0.9 };
const python = findPeerPython();
const root = temporaryFolder();
const matrix = z.array(z.array(z.number()));
const vector = z.array(z.number());
const answer = z.object({
  losses: matrix,
  layers: z.array(z.object({ kernel: matrix, bias: vector, decode_kernel: matrix, decode_bias: vector })),
});

/** Images of 4 x 4 pixels in two classes, train and val alike. @returns their pixels */
async function writeImages(): Promise<readonly Uint8Array[]> {
  let seed = 9;
  const byte = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24;
  const pictures = Array.from({ length: IMAGES }, () => Uint8Array.from({ length: 48 }, byte));
  for (const [index, pixels] of pictures.entries()) {
    for (const split of ['train', 'val']) {
      const folder = path.join(root, 'images', split, index % 2 === 0 ? 'even' : 'odd');
      mkdirSync(folder, { recursive: true });
      // Of one content images would stay together.
      const own = split === 'train' ? pixels : pixels.toReversed();
      await sharp(own, { raw: { width: 4, height: 4, channels: 3 } })
        .png()
        .toFile(path.join(folder, `${index}.png`));
    }
  }
  return pictures;
}

function nested(values: ArrayLike<number>, columns: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / columns }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}

it.skipIf(python === null)(
  `pretrains layer by layer as Keras does with the same first weights${python === null ? ' (skipped: no Python with Keras)' : ''}`,
  async () => {
    const pictures = await writeImages();
    const task = { kind: 'autoencoder', layerwise: true, noise: 0 } as const;
    const optimizer = { kind: 'sgd', ...RATE, nesterov: false } as const;
    const { stages, epochs, rules, strategy } = completePlan({ network: NETWORK, task, epochs: STEPS, optimizer });
    const lasting = stages.map((stage) => ({ ...stage, begins: 'last' as const }));
    const job = trainingJob(root, path.join(root, 'images'), {
      ...{ network: NETWORK, task, epochs, rules, strategy, optimizer, seed: SEED, batchSize: IMAGES },
      stages: lasting,
    });
    const ours = await runTraining(job, () => undefined, never);
    const file = await openStoredCheckpoint(await chosenPrefix(job.runDirectory, 'last'));

    const network = withLayerDecoders(findNetwork(NETWORK).build());
    const columns = new Map(networkTensors(network).map(({ name, shape }) => [name, shape.at(-1) ?? 1]));
    const first = new Map(initialValues(network, SEED));
    const taken = (values: (name: string) => ArrayLike<number>) =>
      LAYERS.map((layer) => {
        const matrixOf = (name: string): number[][] => nested(values(name), columns.get(name) ?? 1);
        return {
          kernel: matrixOf(`${layer}/kernel`),
          bias: Array.from(values(`${layer}/bias`)),
          decode_kernel: matrixOf(`decode_${layer}/kernel`),
          decode_bias: Array.from(values(`decode_${layer}/bias`)),
        };
      });
    const given = {
      inputs: pictures.map((pixels) => Array.from(pixels, (value) => value / 127.5 - 1)),
      layers: taken((name) => first.get(name) ?? []),
      steps: STEPS,
      ...RATE,
    };
    const script = path.resolve(import.meta.dirname, '../support/layerwise_peer.py');
    const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
      input: JSON.stringify(given),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const theirs = answer.parse(JSON.parse(stdout));
    const close = (found: number, expected: number): void =>
      expect(Math.abs(found - expected)).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected)));
    const theirLosses = theirs.losses.flat();
    expect(ours.history.length).toBe(theirLosses.length);
    ours.history.forEach(({ loss }, epoch) => close(loss, theirLosses[epoch] ?? NaN));
    const trained = taken((name) => file.read(name)).flatMap((layer) => Object.values(layer).flat(2));
    const expected = theirs.layers.flatMap((layer) => Object.values(layer).flat(2));
    expect(trained.length).toBe(expected.length);
    trained.forEach((value, index) => close(value, expected[index] ?? NaN));
    // They have learnt something, each of them.
    for (const losses of theirs.losses) expect(losses.at(-1) ?? NaN).toBeLessThan((losses[0] ?? NaN) * 0.95);
  },
);
