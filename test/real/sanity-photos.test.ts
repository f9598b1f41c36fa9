import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/graph/program.ts';
import { decodeImage } from '../../src/engine/image/decode-image.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What the references' own four digits leave open, and the order in which sums are taken. */
const TOLERANCE = 0.0005;

type Top = readonly (readonly [name: string, probability: number])[];

function readJson(...parts: readonly string[]): unknown {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8'));
}

interface Case {
  readonly name: string;
  readonly reference: string;
  readonly weights: string;
  /** Where the reference prepares photos in another way than the network's weights ask for. */
  readonly resize?: 'stretch';
}

const CASES: readonly Case[] = [
  // The reference squeezes the whole photo into the square.
  {
    name: 'mobilenet_v1_0.25_224',
    reference: 'reference_top5_mobilenet_v1_0.25_numpy.json',
    weights: 'weights/tfjs/mobilenet_v1_0.25_224',
    resize: 'stretch',
  },
  {
    name: 'mobilenet_v1_leaky_0.25_224@torch',
    reference: 'reference_top5_mobilenetV1X0.25_pytorch_numpy.json',
    weights: 'weights/pytorch/mobilenetV1X0.25_pretrain.tar',
  },
];

describeShared('the published classifier on photos of known contents', () => {
  it.each(CASES)('$name gives the classes and probabilities that NumPy gives, of $weights', async (example) => {
    const reference = readJson('data/sanity_photos', example.reference) as Record<string, Top>;
    const index = readJson('data/labels/imagenet_class_index.json') as Record<string, readonly [string, string]>;
    const entry = findNetwork(example.name);
    const network = entry.buildWithTop(1000);
    const preprocessing = { ...entry.preprocessing, resize: example.resize ?? entry.preprocessing.resize };
    const weights = await openWeights(sharedPath(example.weights));
    const { tensors, report } = loadWeights(network, weights);
    weights.close();
    expect([report.loaded.length, report.missing, report.unexpected]).toEqual([137, [], []]);

    const plan = {
      trainable: new Set<string>(),
      movingStatistics: new Set<string>(),
      prefix: network.layers.map(({ name }) => name),
      cut: [network.output],
    };
    const program = compileProgram({ network, plan, preprocessing, optimizer: null });
    using session = Session.load(temporaryFolder(), program.savedModel, program.signatures);
    session.run('assign', program.assignFeeds(tensors));
    const photos = Object.keys(reference);
    const pixels = await Promise.all(
      photos.map((photo) => decodeImage(sharedPath('data/sanity_photos', photo), preprocessing, 'exact')),
    );
    const output = session.run('predict', { images: { data: [Buffer.concat(pixels)], shape: [] } })['probabilities'];
    expect(output?.shape).toEqual([photos.length, 1000]);
    photos.forEach((photo, row) => {
      const own = output?.data.subarray(row * 1000, (row + 1) * 1000) ?? new Float32Array();
      const found = new Map([...own].map((probability, number) => [index[String(number)]?.[1] ?? '', probability]));
      const expected = new Map(reference[photo]);
      const best = index[String(own.indexOf(Math.max(...own)))]?.[1] ?? '';
      expect(best, photo).toBe(reference[photo]?.[0]?.[0]);
      for (const [name, probability] of expected) {
        expect(Math.abs((found.get(name) ?? NaN) - probability), `${photo}: ${name}`).toBeLessThan(TOLERANCE);
      }
      // With that, a name can be among the first five instead of another only where the two are as good as equal.
      const others = [...found].filter(([name]) => !expected.has(name)).map(([, probability]) => probability);
      expect(Math.max(...others), photo).toBeLessThan(Math.min(...expected.values()) + TOLERANCE);
    });
  });
});
