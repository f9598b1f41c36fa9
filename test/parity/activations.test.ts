import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileActivations } from '../../src/engine/graph/activation-program.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { distance, filledTensor, readReference, referenceInput } from '../support/reference.ts';
import { describeShared } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NETWORK = 'mobilenet_v1_0.25_224';

describeShared('The activations of any layer', () => {
  const reference = readReference('keras-MobileNet@0.25');
  const { preprocessing, buildWithTop } = findNetwork(NETWORK);
  const network = buildWithTop(1000);
  const values = new Map(networkTensors(network).map((tensor) => [tensor.name, filledTensor(tensor)]));
  // The published classifier's probabilities are no layer of ours, which ends with logits.
  const layers = Object.entries(reference.checkpoints).filter(([name]) => name !== 'predictions');

  describe('equal what Keras computed', () => {
    it.each(layers)('of %s', (layer, expected) => {
      const program = compileActivations(network, layer, preprocessing);
      const directory = path.join(temporaryFolder(), 'program');
      const savedModel = encodeSavedModel(program.graph, program.signatures);
      using session = Session.load(directory, savedModel, program.signatures);
      session.run('assign', program.assignFeeds(values));
      const size = reference.size;
      const input = { data: referenceInput(size), shape: [2, size, size, 3] };
      const output = session.run('of_input', { input })['output'];
      expect(output?.shape).toEqual(expected.shape);
      expect(distance(output?.data as Float32Array, expected)).toBeLessThan(1);
    });
  });
});
