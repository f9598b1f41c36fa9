import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import {
  PREPROCESSING_VALUES,
  RESIZE_KERNELS,
  RESIZES,
  type PreprocessingPlan,
} from '../../src/shared/contract/preprocessing-plan.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import { imagesFromBytes } from '../../src/engine/graph/ops/images-from-bytes.ts';
import { decodeImage } from '../../src/engine/image/decode-image.ts';
import { preprocessedAs, scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { evaluate } from '../support/graph-session.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

const SIZE = 224;
const SHORTER_SIDE = 256;
const rules = PREPROCESSING_VALUES.flatMap((values) =>
  RESIZES.flatMap((resize) =>
    RESIZE_KERNELS.map((kernel) => ({
      values,
      normalisation: null,
      resize,
      shorterSide: resize === 'resizeThenCrop' ? SHORTER_SIDE : null,
      kernel,
    })),
  ),
);
/** What one level of 255 is, in the values of a rule: the smallest of the channels. */
const LEVEL = { caffe: 1, tf: 1 / 127.5, torch: 1 / (255 * 0.229) } as const;

/** Of each picture what the network would be given, all in one batch. */
function normalised(values: PreprocessingPlan['values'], pictures: readonly Uint8Array[]): Float32Array {
  const nothing = { normalisation: null, resize: null, shorterSide: null, kernel: null };
  const preprocessing = preprocessedAs(scaleToUnitRange(SIZE, SIZE), { ...nothing, values });
  const graph = new Graph();
  const bytes = graph.placeholder('bytes', 'string', []);
  const images = imagesFromBytes(graph, 'images', bytes, { ...preprocessing, channels: 3 });
  return Float32Array.from(
    evaluate(graph, images, { bytes: [bytes, { data: [Buffer.concat(pictures)], shape: [] }] }).data,
  );
}

const python = findPeerPython();
const answer = z.array(z.array(z.number()));

describeShared('a photograph prepared by a named rule', () => {
  let files: readonly string[] = [];
  const theirs = new Map<string, readonly (readonly number[])[]>();
  beforeAll(() => {
    const folder = sharedPath('data/hymenoptera/hymenoptera_data/val/ants');
    files = readdirSync(folder).toSorted().slice(0, 2).map((name) => path.join(folder, name)); // prettier-ignore
    if (python === null) return;
    for (const file of files) {
      const script = path.resolve(import.meta.dirname, '../support/preprocessing_peer.py');
      const { status, stdout, stderr } = spawnSync(python, [script], {
        input: JSON.stringify({ file, size: SIZE, cases: rules }),
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      if (status !== 0) throw new Error(`Keras failed: ${stderr.slice(-2000)}`);
      theirs.set(file, answer.parse(JSON.parse(stdout)));
    }
  });

  it.skipIf(python === null)(
    `lies within a level of what Pillow and Keras make of it${python === null ? ', skipped: Python with Keras is absent (scripts/peers installs it)' : ''}`,
    async () => {
      for (const values of PREPROCESSING_VALUES) {
        const own = rules.flatMap((rule, index) => (rule.values === values ? [{ rule, index }] : []));
        const asked = files.flatMap((file) => own.map((one) => ({ file, ...one })));
        const pictures = await Promise.all(
          asked.map(({ file, rule }) => decodeImage(file, preprocessedAs(scaleToUnitRange(SIZE, SIZE), rule))),
        );
        const found = normalised(values, pictures);
        asked.forEach(({ file, rule, index }, place) => {
          const expected = theirs.get(file)?.[index] ?? [];
          expect(expected).toHaveLength(SIZE * SIZE * 3);
          const start = place * expected.length;
          const distance = expected.reduce((sum, value, at) => sum + Math.abs(value - (found[start + at] ?? NaN)), 0);
          const levels = distance / expected.length / LEVEL[values];
          expect(levels, `${path.basename(file)}, ${JSON.stringify(rule)}`).toBeLessThan(1);
        });
      }
    },
  );
});
