import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { Session } from '../../../src/engine/runtime/session.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A network that gives the three channels of its one pixel as they reach it. */
const network: Network = {
  name: 'pixel',
  family: 'test',
  layers: [
    { kind: 'input', shape: [1, 1, 3], name: 'input', inputs: [], block: 'input' },
    { kind: 'reshape', shape: [3], name: 'flat', inputs: ['input'], block: 'head' },
    {
      kind: 'dense',
      units: 3,
      useBias: false,
      kernelInitializer: { kind: 'zeros' },
      name: 'logits',
      inputs: ['flat'],
      block: 'head',
    },
  ],
  output: 'logits',
  pretrained: new Set(),
};
const IDENTITY = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

describe("a pixel reaches a network as its publisher's code brings it there", () => {
  it.each([
    // preprocess_input of keras.applications.resnet50: blue, green, red, less their means
    ['resnet50', [30 - 103.939, 20 - 116.779, 10 - 123.68]],
    // of inception_v3 and mobilenet
    ['inception_v3', [10 / 127.5 - 1, 20 / 127.5 - 1, 30 / 127.5 - 1]],
    ['MobileNet', [10 / 127.5 - 1, 20 / 127.5 - 1, 30 / 127.5 - 1]],
    // of densenet; and the layers of efficientnet with what its published weights hold
    ['DenseNet121', [(10 / 255 - 0.485) / 0.229, (20 / 255 - 0.456) / 0.224, (30 / 255 - 0.406) / 0.225]],
    ['EfficientNetB0', [(10 / 255 - 0.485) / 0.229, (20 / 255 - 0.456) / 0.224, (30 / 255 - 0.406) / 0.225]],
  ])('%s', (name, expected) => {
    const preprocessing = { ...findNetwork(name).preprocessing, height: 1, width: 1 };
    const plan = { trainable: new Set<string>(), movingStatistics: new Set<string>(), prefix: [], cut: [] };
    const program = compileProgram({ network, plan, preprocessing, optimizer: null });
    using session = Session.load(temporaryFolder(), program.savedModel, program.signatures);
    session.run('assign', program.assignFeeds(new Map([['logits/kernel', IDENTITY]])));
    const { logits } = session.run('predict', { images: { data: [Uint8Array.of(10, 20, 30)], shape: [] } });
    expected.forEach((value, channel) => expect(logits?.data[channel]).toBeCloseTo(value, 4));
  });
});
