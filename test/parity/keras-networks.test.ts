import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeerPython } from '../../bench/peer-python.ts';
import { kernelInitializer } from '../../src/engine/network/config/initializer.ts';
import { findPublished } from '../../src/engine/network/registry.ts';
import type { Network } from '../../src/engine/network/layer.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { kerasNames } from '../../src/engine/weights/keras-names.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const python = findPeerPython();
const script = path.join(import.meta.dirname, '../support/keras_networks.py');
const reason = 'Python with Keras (scripts/peers installs it) is absent';
/** Keras builds its deepest networks in minutes on a busy machine. */
const LONGEST_MILLISECONDS = 900_000;
const CLASSES = 1000;

const FAMILIES = [
  ['MobileNet@0.25', 224],
  ['MobileNetV2@0.35', 224],
  ['MobileNetV3Small', 224],
  ['ResNet50', 224],
  ['ResNet50V2', 224],
  ['InceptionV3', 299],
  ['InceptionResNetV2', 299],
  ['Xception', 299],
  ['VGG16', 224],
  ['DenseNet121', 224],
  ['EfficientNetB0', 224],
] as const;
const FILES = FAMILIES.filter(([name]) => !/^(MobileNet@|MobileNetV2|ResNet50$|VGG|InceptionV3)/.test(name));

interface KerasInitializer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}
/** All that is met: whatever else there were would be taken for Glorot's. */
const KNOWN = new Set(['GlorotUniform', 'VarianceScaling', 'Zeros', 'Ones']);

function ask(...parameters: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python ?? '', [script, ...parameters], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

function built(name: string, size: number): Network {
  return findPublished('keras', name, size).buildWithTop(CLASSES);
}

describe.skipIf(python === null)(`Keras' own networks${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it(
    'begin at values of the same distributions, tensor by tensor',
    () => {
      const found = ask('initializers', ...FAMILIES.map(([name]) => name)) as Record<
        string,
        Record<string, KerasInitializer>
      >;
      for (const [name, size] of FAMILIES) {
        const theirs = new Map(Object.entries(found[name] ?? {}));
        for (const { class_name: className } of theirs.values()) expect(KNOWN, name).toContain(className);
        const network = built(name, size);
        const ownName = kerasNames(network, theirs.keys());
        const expected = [...theirs].map(([tensor, own]) => [ownName(tensor), kernelInitializer(own)] as const);
        const ours = networkTensors(network).map((tensor) => [tensor.name, tensor.initializer] as const);
        expect(Object.fromEntries(ours), name).toEqual(Object.fromEntries(expected));
      }
    },
    LONGEST_MILLISECONDS,
  );

  it.each(FILES)(
    '%s is read whole from a .keras archive and from .weights.h5, to the bit',
    async (name, size) => {
      const hashes = new Map(Object.entries(ask('files', folder, name) as Record<string, string>));
      const network = built(name, size);
      const ownName = kerasNames(network, hashes.keys());
      const expected = new Map([...hashes].map(([tensor, hash]) => [ownName(tensor), hash]));
      for (const file of [`${name}.keras`, `${name}.weights.h5`]) {
        const opened = await openWeights(path.join(folder, file));
        const { tensors, report } = loadWeights(
          { ...network, pretrained: new Set(network.layers.map((l) => l.name)) },
          opened,
        );
        opened.close();
        expect({ missing: report.missing, skippedByShape: report.skippedByShape }, file).toEqual({
          missing: [],
          skippedByShape: [],
        });
        for (const tensor of networkTensors(network)) {
          const values = tensors.get(tensor.name) ?? new Float32Array();
          const hash = createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
          expect(hash.digest('hex'), `${file}: ${tensor.name}`).toBe(expected.get(tensor.name));
        }
        rmSync(path.join(folder, file));
      }
    },
    LONGEST_MILLISECONDS,
  );
});
