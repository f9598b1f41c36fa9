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

/** The reference was computed from pixels of another JPEG decoder. */
const TOLERANCE = 0.02;

type Top = readonly (readonly [name: string, probability: number])[];

function readJson(...parts: readonly string[]): unknown {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8'));
}

describeShared('the published classifier on photos of known contents', () => {
  it('gives the classes and probabilities that a forward pass in NumPy gives', async () => {
    const reference = readJson('data/sanity_photos/reference_top5_mobilenet_v1_0.25_numpy.json') as Record<string, Top>;
    const index = readJson('data/labels/imagenet_class_index.json') as Record<string, readonly [string, string]>;
    const entry = findNetwork('mobilenet_v1_0.25_224');
    const network = entry.buildWithTop(1000);
    // The reference squeezes the whole photo into the square.
    const preprocessing = { ...entry.preprocessing, resize: 'stretch' } as const;
    const weights = await openWeights(sharedPath('weights/tfjs/mobilenet_v1_0.25_224'));
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
      photos.map((photo) => decodeImage(sharedPath('data/sanity_photos', photo), preprocessing)),
    );
    const output = session.run('predict', { images: { data: [Buffer.concat(pixels)], shape: [] } })['probabilities'];
    expect(output?.shape).toEqual([photos.length, 1000]);
    photos.forEach((photo, row) => {
      const found = new Map(
        [...(output?.data.subarray(row * 1000, (row + 1) * 1000) ?? [])].map((probability, number) => [
          index[String(number)]?.[1] ?? '',
          probability,
        ]),
      );
      const expected = new Map(reference[photo]);
      for (const [name, probability] of expected) {
        expect(Math.abs((found.get(name) ?? NaN) - probability), `${photo}: ${name}`).toBeLessThan(TOLERANCE);
      }
      // With that, a name can be among the first five instead of another only where the two are as good as equal.
      const others = [...found].filter(([name]) => !expected.has(name)).map(([, probability]) => probability);
      expect(Math.max(...others), photo).toBeLessThan(Math.min(...expected.values()) + TOLERANCE);
    });
  });
});
