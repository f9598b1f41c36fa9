import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeerPython } from '../../bench/peer-python.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { filledTensor } from '../../src/engine/reference/fill.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const script = sharedPath('reference', 'make_reference.py');
const python = existsSync(script) ? findPeerPython() : null;
const reason = 'the shared folder, or Python with tf.keras and torchvision (scripts/peers installs it), is absent';

/** Publisher, its name of the network, ours, and the files that the publisher's own code writes. */
const NETWORKS = [
  ['torch', 'resnet18', 'resnet18@torch', ['resnet18.pth', 'resnet18.model_best.pth.tar']],
  ['keras', 'MobileNet@0.25', 'mobilenet_v1_0.25_224', ['MobileNet@0.25.h5', 'MobileNet@0.25.weights.h5']],
] as const;

describe.skipIf(python === null)(`files of whole networks${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it.each(NETWORKS)(
    '%s writes %s: every tensor of %s has its values, to the bit',
    async (publisher, theirs, ours, files) => {
      const made = spawnSync(python ?? '', [script, publisher, theirs, '--out', folder, '--files', folder], {
        encoding: 'utf8',
      });
      expect(made.status, made.stderr).toBe(0);
      const network = findNetwork(ours).build();
      const expected = networkTensors(network);
      for (const name of files) {
        const file = await openWeights(path.join(folder, name));
        const { tensors, report } = loadWeights(network, file);
        file.close();
        expect(report, name).toMatchObject({ missing: [], skippedByShape: [] });
        for (const tensor of expected) {
          const values = Buffer.from(tensors.get(tensor.name)?.buffer ?? new ArrayBuffer());
          expect(values.equals(Buffer.from(filledTensor(publisher, tensor).buffer)), `${name}: ${tensor.name}`).toBe(
            true,
          );
        }
      }
    },
  );
});
