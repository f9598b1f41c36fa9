import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { compileHeatMaps, heatMapSignature, logitWeights } from '../../src/engine/graph/heat-map-program.ts';
import { findPublished } from '../../src/engine/network/registry.ts';
import { assignValues } from '../../src/engine/runtime/assign-values.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { layersMeant, mappedLayers } from '../../src/engine/training/explain/mapped-layers.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { randomValues } from '../support/graph-session.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const reason = 'Python with TensorFlow and Keras (scripts/peers installs it) is absent';
const script = path.join(import.meta.dirname, '../support/heat_map_peer.py');
const CLASSES = 5;
const SIZE = 224;
/** Of the largest value of a map. */
const TOLERANCE = 1e-4;
const LONGEST_MILLISECONDS = 300_000;

const answer = z.object({
  probabilities: z.array(z.number()),
  maps: z.array(z.object({ shape: z.array(z.int()), values: z.array(z.number()) })),
});

const NETWORKS = [
  {
    network: 'EfficientNetB0',
    module: 'efficientnet',
    // Without ImageNet's weights Keras' Normalization knows no means.
    normalisation: { scale: 1 / 255, offset: 0 },
    last: 'top_activation',
    layers: ['top_activation', 'block6a_project_bn', 'block4b_add', 'block2a_se_excite'],
  },
  {
    network: 'DenseNet121',
    module: 'densenet',
    normalisation: {},
    last: 'relu',
    layers: ['relu', 'conv5_block3_concat', 'pool4_conv', 'conv2_block2_1_conv'],
  },
];

function farthest(found: ArrayLike<number>, expected: readonly number[]): number {
  return Math.max(...expected.map((value, place) => Math.abs(value - (found[place] ?? NaN))));
}

describe.skipIf(python === null)(`Grad-CAM by GradientTape${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it.each(NETWORKS)(
    'equals ours of $network',
    async ({ network: name, module, normalisation, last, layers }) => {
      const folder = temporaryFolder();
      const pixels = Uint8Array.from(randomValues(SIZE * SIZE * 3, 11), (value, at) =>
        Math.round(127 + 60 * Math.sin(at / 97) + 60 * value),
      );
      const maps = layers.flatMap((layer) => [0, 3].map((own) => ({ layer, class: own })));
      const asked = { folder, network: name, module, size: SIZE, classes: CLASSES, pixels: [...pixels], maps };
      const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
        input: JSON.stringify(asked),
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      expect(status, stderr).toBe(0);
      const expected = answer.parse(JSON.parse(stdout));

      const entry = findPublished('keras', name, SIZE);
      const network = entry.buildWithTop(CLASSES);
      expect(layersMeant(network, null).map(({ name }) => name)).toEqual([last]);
      const everything = new Set(network.layers.map((layer) => layer.name));
      const file = await openWeights(path.join(folder, 'network.keras'));
      const { tensors: values } = loadWeights({ ...network, pretrained: everything }, file);
      file.close();
      const all = mappedLayers(network).map((layer) => layer.name);
      const program = compileHeatMaps(network, { ...entry.preprocessing, ...normalisation }, all);
      using session = Session.load(path.join(folder, 'program'), program.savedModel, program.signatures);
      assignValues(session, program, values);
      maps.forEach(({ layer, class: own }, index) => {
        const { map, probabilities } = session.run(heatMapSignature(layer), {
          images: { data: [pixels], shape: [] },
          weights: { data: logitWeights(program.logits, own), shape: [1, CLASSES] },
          predicted: { data: Float32Array.of(0), shape: [] },
        });
        const wanted = expected.maps[index];
        expect(map?.shape.slice(1)).toEqual(wanted?.shape);
        // Nothing of a layer may speak for one class, while something does for the other.
        const ofLayer = expected.maps.flatMap(({ values: own }, at) => (maps[at]?.layer === layer ? own : []));
        const largest = Math.max(...ofLayer);
        expect(largest, layer).toBeGreaterThan(0);
        const distance = farthest(map?.data ?? [], wanted?.values ?? []) / largest;
        expect(distance, `${layer}, class ${own}`).toBeLessThan(TOLERANCE);
        expect(farthest(probabilities?.data ?? [], expected.probabilities)).toBeLessThan(TOLERANCE);
      });
    },
    LONGEST_MILLISECONDS,
  );
});
