import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { assertAccepted } from '../../src/engine/export/assert-accepted.ts';
import { ONNX_FORMAT } from '../../src/engine/export/onnx/onnx-format.ts';
import { PB_FORMAT } from '../../src/engine/export/pb-format.ts';
import { writeReference } from '../../src/engine/export/reference-images.ts';
import { SAVED_MODEL_FORMAT } from '../../src/engine/export/savedmodel/saved-model-format.ts';
import { TORCH_FORMAT } from '../../src/engine/export/torch/torch-format.ts';
import { torchTwin } from '../../src/engine/export/torch/torch-twin.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { INITIAL_STATE, type TrainingState } from '../../src/engine/training/checkpoint.ts';
import { LARGEST_DIFFERENCE } from '../../src/shared/contract/model-export.ts';
import { tellingModel } from '../support/keras-export.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const root = temporaryFolder();

const metrics = { loss: 0.5, accuracy: 0.75, val_loss: 0.5, learningRate: 0.1, seconds: 1 };
const STATE: TrainingState = {
  ...INITIAL_STATE,
  epoch: 2,
  step: 8,
  bestEpoch: 2,
  history: [
    { ...metrics, epoch: 1, val_accuracy: 0.5 },
    { ...metrics, epoch: 2, val_accuracy: 0.875 },
  ],
};

/** The reference is the graph as TensorFlow computes it, which is what Thaw's own predictor runs. */
async function exported(name: string, head: 'softmax' | 'sigmoid', format: 'onnx' | 'pb' | 'savedmodel' | 'torch') {
  const folder = path.join(root, `${name}-${head}-${format}`);
  mkdirSync(folder);
  const { model, images, probabilities } = await tellingModel(folder, name, head);
  const chosen = { onnx: ONNX_FORMAT, pb: PB_FORMAT, savedmodel: SAVED_MODEL_FORMAT, torch: TORCH_FORMAT }[format];
  assertAccepted(format, model);
  await chosen.write(model, folder, STATE, null);
  await writeReference(path.join(folder, 'reference.npz'), images, probabilities);
  writeFileSync(path.join(folder, 'classes.json'), JSON.stringify(model.classes));
  writeFileSync(path.join(folder, 'predict.py'), chosen.sample(model, LARGEST_DIFFERENCE));
  return { folder, twin: format === 'torch' ? (torchTwin(model.network)?.lines ?? null) : null };
}

const answer = z.array(
  z.object({
    difference: z.number(),
    twin: z.number().nullable(),
    files: z.number().optional(),
    arch: z.string().optional(),
    epoch: z.number().optional(),
    accuracy: z.number().optional(),
  }),
);

function peer(asked: readonly Awaited<ReturnType<typeof exported>>[]): z.infer<typeof answer> {
  const script = path.join(import.meta.dirname, '../support/export_peer.py');
  const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return answer.parse(JSON.parse(stdout));
}

const reason = 'Python with the peers is absent (scripts/peers installs it)';

/** Python loads two large libraries and builds each network twice. */
const SOME_TIME = 900_000;

const TORCH = [
  ['mobilenet_v2_1.0_32@torch', 'sigmoid', true],
  ['mobilenet_v3_small_1.0_32@torch', 'softmax', true],
  ['squeezenet1_1_32@torch', 'softmax', true],
  ['efficientnet_b0_32@torch', 'softmax', true],
  ['alexnet_63@torch', 'softmax', true],
  ['densenet121_32@torch', 'softmax', true],
  ['mobilenet_v1_leaky_0.25_32@torch', 'softmax', false],
] as const;
/** Of each publisher, with what is particular to one: squeeze-and-excite, padding by hand, branches, grouped kernels. */
const ONNX = [
  ['mobilenet_v1_0.25_32', 'softmax'],
  ['mobilenet_v3_small_1.0_32@torch', 'sigmoid'],
  ['efficientnet_b0_32', 'softmax'],
  ['densenet121_32@torch', 'softmax'],
  ['alexnet_63@torch', 'softmax'],
] as const;
const GRAPHS = ['mobilenet_v1_0.25_32', 'squeezenet1_1_32@torch'];

describe.skipIf(python === null)(`exported models${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it(
    'give in PyTorch what they do here, in a module of their own and in torchvision',
    { timeout: SOME_TIME },
    async () => {
      const asked = [];
      for (const [name, head] of TORCH) asked.push(await exported(name, head, 'torch'));
      const found = peer(asked);
      TORCH.forEach(([name, , hasTwin], index) => {
        const own = found[index];
        expect(own?.difference, name).toBeLessThan(1e-4);
        if (!hasTwin) {
          expect(own?.twin, name).toBeNull();
          return;
        }
        expect(own?.twin, name).toBeLessThan(1e-4);
        const arch = findNetwork(name).family.replace('@torch', '');
        expect(own, name).toMatchObject({ arch, epoch: 2, accuracy: 87.5 });
      });
    },
  );

  it('give in TensorFlow for Python what they do here, as a frozen graph', { timeout: SOME_TIME }, async () => {
    const asked = [];
    for (const name of GRAPHS) asked.push(await exported(name, 'softmax', 'pb'));
    peer(asked).forEach(({ difference }, index) => expect(difference, GRAPHS[index]).toBeLessThan(1e-4));
  });

  it('give in TensorFlow for Python what they do here, as a SavedModel', { timeout: SOME_TIME }, async () => {
    const asked = [];
    for (const name of GRAPHS) asked.push(await exported(name, 'softmax', 'savedmodel'));
    peer(asked).forEach(({ difference, files }, index) => {
      expect(difference, GRAPHS[index]).toBeLessThan(1e-4);
      // The second network enlarges them, which TensorFlow and Pillow do a little differently.
      expect(files, GRAPHS[index]).toBeLessThan(index === 0 ? 1e-4 : 1e-2);
    });
  });

  it(
    'give in ONNX Runtime for Python what they do here, and pass the checker of ONNX',
    { timeout: SOME_TIME },
    async () => {
      const asked = [];
      for (const [name, head] of ONNX) asked.push(await exported(name, head, 'onnx'));
      peer(asked).forEach(({ difference }, index) => expect(difference, ONNX[index]?.[0]).toBeLessThan(1e-4));
    },
  );
});
