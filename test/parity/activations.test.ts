import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileActivations } from '../../src/engine/graph/activation-program.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { distance } from '../../src/engine/reference/compare.ts';
import { filledTensor, referenceInput } from '../../src/engine/reference/fill.ts';
import { readReference } from '../../src/engine/reference/reference-file.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NETWORK = 'mobilenet_v1_0.25_224';

describeShared('The activations of any layer', async () => {
  const reference = await readReference(sharedPath('reference', 'keras-MobileNet@0.25.json'));
  const { preprocessing, buildWithTop } = findNetwork(NETWORK);
  const network = buildWithTop(1000);
  const values = new Map(networkTensors(network).map((tensor) => [tensor.name, filledTensor('keras', tensor)]));
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
      const input = { data: referenceInput(size, 'signed'), shape: [2, size, size, 3] };
      const output = session.run('of_input', { input })['output'];
      expect(output?.shape).toEqual(expected.shape);
      if (!output) throw new TypeError(`no output of '${layer}'`);
      expect(distance(output, expected)).toBeLessThan(1);
    });
  });
});
