import { expect, it } from 'vitest';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { loadWeights, type LoadedWeights } from '../../src/engine/weights/load.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { expectError } from '../support/expect-error.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

const NETWORK = withHead(findNetwork('mobilenet_v1_0.25_224').build(), { classes: 2, dropout: 0.2 });
const OLD_HEAD = ['conv_preds/kernel', 'conv_preds/bias'];

async function load(...parts: readonly string[]): Promise<LoadedWeights> {
  const file = await openWeights(sharedPath('weights', ...parts));
  try {
    return loadWeights(NETWORK, file);
  } finally {
    file.close();
  }
}

describeShared('published weights of MobileNet v1 0.25', () => {
  const cases: readonly (readonly [string, readonly string[], string, readonly string[]])[] = [
    ['weights without top', ['keras', 'mobilenet_2_5_224_tf_no_top.h5'], 'keras-h5', []],
    ['a whole model with top', ['keras', 'stm32_mobilenet_v1_0.25_224_imagenet1000.h5'], 'keras-h5', OLD_HEAD],
    ['a tfjs LayersModel', ['tfjs', 'mobilenet_v1_0.25_224'], 'tfjs-layers', OLD_HEAD],
  ];
  it.each(cases)('%s fill the network, to the bit the same', async (_, parts, format, unexpected) => {
    const reference = await load('keras', 'mobilenet_2_5_224_tf_no_top.h5');
    const { tensors, report } = await load(...parts);
    expect(report).toMatchObject({
      format,
      skippedByShape: [],
      missing: [],
      newlyInitialised: ['logits/kernel', 'logits/bias'],
      unexpected,
    });
    expect(report.loaded).toHaveLength(135);
    for (const [name, values] of reference.tensors) {
      expect(Buffer.from(tensors.get(name)?.buffer ?? new ArrayBuffer()).equals(Buffer.from(values.buffer)), name).toBe(
        true,
      );
    }
  });

  it('are refused by a network of another width', async () => {
    const wide = findNetwork('mobilenet_v1_0.5_224').build();
    const file = await openWeights(sharedPath('weights', 'keras', 'mobilenet_2_5_224_tf_no_top.h5'));
    await expectError(() => loadWeights(wide, file), 'weights.mismatch', 'width');
    file.close();
  });
});

describeShared('files of other tools', () => {
  const opened: readonly (readonly [readonly string[], string, number])[] = [
    [['tf_checkpoint', 'mnist_regression_v2', 'regression.ckpt'], 'tensorflow-checkpoint', 2],
    [['tf_checkpoint', 'mnist_regression_v1', 'regression.ckpt'], 'tensorflow-checkpoint-v1', 2],
    [['safetensors', 'dfdx_mnist.safetensors'], 'safetensors', 8],
    [['pytorch', 'cifar_net_legacy.pth'], 'torch-pickle', 10],
    [['pytorch', 'cifar_net_zip.pth'], 'torch-zip', 10],
    [['pytorch', 'mobilenetV1X0.25_pretrain.tar'], 'torch-pickle', 137],
    [['keras', 'mlcommons_resnet8_cifar10.h5'], 'keras-h5', 48],
    [['keras', 'squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5'], 'keras-h5', 50],
  ];
  it.each(opened)('%j opens as %s with %d tensors, all of them read', async (parts, format, tensors) => {
    const file = await openWeights(sharedPath('weights', ...parts));
    expect(file.format).toBe(format);
    expect(file.tensors.size).toBe(tensors);
    for (const [name, { shape }] of file.tensors) {
      expect(file.read(name)).toHaveLength(shape.reduce((product, size) => product * size, 1));
    }
    await expectError(() => loadWeights(NETWORK, file), 'weights.mismatch', 'hoose the network');
    file.close();
  });

  const refused: readonly (readonly [readonly string[], string])[] = [
    [['tfjs', 'mobilenet_v1_0.25_224_graphmodel'], 'GraphModel'],
    [['SOURCES.md'], 'starts with'],
  ];
  it.each(refused)('%j is refused, naming %s', async (parts, word) => {
    await expectError(() => openWeights(sharedPath('weights', ...parts)), 'weights.unreadable', word);
  });
});
