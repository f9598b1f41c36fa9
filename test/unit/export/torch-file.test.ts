import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportedNetwork } from '../../../src/engine/export/exported-network.ts';
import { assertAccepted } from '../../../src/engine/export/assert-accepted.ts';
import { TORCH_FORMAT } from '../../../src/engine/export/torch/torch-format.ts';
import { torchModule } from '../../../src/engine/export/torch/torch-module.ts';
import { torchState } from '../../../src/engine/export/torch/torch-state.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { INITIAL_STATE } from '../../../src/engine/training/checkpoint.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { loadWeights } from '../../../src/engine/weights/load.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { USUAL_HEAD } from '../../../src/shared/contract/head-design.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

function modelOf(name: string, design = USUAL_HEAD): ExportedNetwork {
  const entry = findNetwork(name);
  const network = withHead(entry.build(), { classes: 3, dropout: 0, design });
  return {
    network,
    preprocessing: entry.preprocessing,
    classes: ['a', 'b', 'c'],
    values: new Map(initialValues(network, 1)),
  };
}

const NETWORK = 'squeezenet1_1_32@torch';
const model = modelOf(NETWORK);
const bytesOf = (values: Float32Array | undefined): Buffer => Buffer.from(values?.buffer ?? new ArrayBuffer(0));

describe("PyTorch's files of a run", () => {
  it.each(['model.pth', 'model_best.pth.tar'])('%s is read back with every tensor in its layout', async (name) => {
    if (name === 'model.pth') await TORCH_FORMAT.write(model, folder, INITIAL_STATE, null);
    const file = await openWeights(path.join(folder, name));
    try {
      expect(file).toMatchObject({ framework: 'torch' });
      expect(file.tensors.get('features.0.weight')?.shape).toEqual([64, 3, 3, 3]);
      expect(file.tensors.get('classifier.2.weight')?.shape).toEqual([3, 512]);
      expect([...file.tensors.keys()].some((key) => key.startsWith('logits'))).toBe(false);
      // By the names that torchvision's files have, the network takes all of it but the classifier, in our layout.
      const { tensors, report } = loadWeights(model.network, file, null);
      expect(report.missing).toEqual([]);
      for (const { name: own } of networkTensors(findNetwork(NETWORK).build())) {
        expect(bytesOf(tensors.get(own)).equals(bytesOf(model.values.get(own))), own).toBe(true);
      }
    } finally {
      file.close();
    }
  });

  it('count no batches, as BatchNorms that are only used', () => {
    const state = torchState(modelOf('mobilenet_v1_leaky_0.25_32@torch'));
    const counters = [...state].filter(([name]) => name.endsWith('.num_batches_tracked'));
    expect(counters).toHaveLength(27);
    for (const [, { shape, data }] of counters)
      expect({ shape, data }).toEqual({ shape: [], data: BigInt64Array.of(0n) });
  });

  it('are none of networks that PyTorch does not have', async () => {
    await expectError(() => assertAccepted('torch', modelOf('mobilenet_v1_0.25_32')), 'usage.invalid', '@torch');
  });
});

describe("a network as PyTorch's module", () => {
  it("has torchvision's paths, and its head's own where that is another", () => {
    const text = torchModule(model.network);
    expect(text).toContain("self.put('features.3.expand3x3', nn.Conv2d(16, 64, (3, 3), padding=(1, 1)))");
    expect(text).toContain("self.put('classifier.2', nn.Linear(512, 3))");
    const hidden = [{ kind: 'dense', units: 8, activation: 'relu', dropout: 0, batchNorm: false }] as const;
    const designed = modelOf(NETWORK, { ...USUAL_HEAD, hidden: [...hidden] });
    expect(torchModule(designed.network)).toContain("self.put('logits', nn.Linear(8, 3))");
  });
});
