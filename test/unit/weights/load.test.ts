import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGraphRecord } from '../../../src/engine/network/foreign/graph-record.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { loadWeights } from '../../../src/engine/weights/load.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import type { WeightsFile } from '../../../src/engine/weights/weights-file.ts';
import { loadReport } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { branchedNetwork } from '../../support/small-network.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const branched = branchedNetwork();
let files = 0;

type Tensors = Map<string, { shape: readonly number[]; data: Float32Array }>;

function tensorsOf(network: Network, seed = 1): Tensors {
  const values = initialValues(network, seed);
  return new Map(
    networkTensors(network).map(({ name, shape }) => [name, { shape, data: values.get(name) ?? new Float32Array() }]),
  );
}

async function fileOf(tensors: Tensors): Promise<WeightsFile> {
  files += 1;
  const path = join(folder, `${files}.safetensors`);
  await writeSafetensors(path, tensors, {});
  return openWeights(path);
}

describe('loading by name reports every tensor of both sides', () => {
  it('a file of the whole network fills all but the new head, whose old values are unexpected', async () => {
    const tensors = tensorsOf(branched, 7);
    const { tensors: loaded, report } = loadWeights(branched, await fileOf(tensors));
    expect(loadReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      format: 'safetensors',
      skippedByShape: [],
      missing: [],
      newlyInitialised: ['logits/kernel', 'logits/bias'],
      unexpected: ['logits/kernel', 'logits/bias'],
    });
    expect(report.loaded).toEqual([...loaded.keys()]);
    for (const [name, values] of loaded) expect(values).toEqual(tensors.get(name)?.data);
  });

  it('one tensor missing, one of another shape, one that nobody knows', async () => {
    const tensors = tensorsOf(branched);
    tensors.delete('stem_bn/gamma');
    tensors.set('stem/kernel', { shape: [1], data: Float32Array.of(1) });
    tensors.set('extra/kernel', { shape: [1], data: Float32Array.of(1) });
    const { tensors: loaded, report } = loadWeights(branched, await fileOf(tensors));
    expect(report.missing).toEqual(['stem_bn/gamma']);
    expect(report.skippedByShape).toEqual([{ name: 'stem/kernel', expected: [3, 3, 3, 4], found: [1] }]);
    expect(report.unexpected).toContain('extra/kernel');
    expect([...loaded.keys()]).toEqual(report.loaded);
    expect(loaded.has('stem/kernel')).toBe(false);
  });

  it('a part of the network, when the file is nothing else', async () => {
    const stem = new Map([...tensorsOf(branched)].filter(([name]) => name.startsWith('stem_bn/')));
    const { report } = loadWeights(branched, await fileOf(stem));
    expect([report.loaded.length, report.missing.length, report.unexpected]).toEqual([4, 4, []]);
  });
});

describe('weights of another network are refused', () => {
  it('of another width, with the first shape that differs', async () => {
    const wide = findNetwork('mobilenet_v1_0.5_224').build();
    const narrow = withHead(findNetwork('mobilenet_v1_0.25_224').build(), { classes: 2, dropout: 0 });
    const file = await fileOf(tensorsOf(wide));
    await expectError(
      () => loadWeights(narrow, file),
      'weights.mismatch',
      'conv1/kernel',
      '[3, 3, 3, 16]',
      '[3, 3, 3, 8]',
      'width',
    );
  });

  it('of other names, with some of both', async () => {
    const file = await fileOf(tensorsOf(findNetwork('mobilenet_v1_0.25_96').build()));
    await expectError(
      () => loadWeights(branched, file),
      'weights.mismatch',
      'conv1/kernel',
      'stem/kernel',
      '0 of its 8',
    );
  });

  it('that share a few names by chance', async () => {
    const network = findNetwork('mobilenet_v1_0.25_224').build();
    const other = new Map(
      [...tensorsOf(network)].map(([name, tensor], index) => [index < 5 ? name : `other/${name}`, tensor]),
    );
    const file = await fileOf(other);
    await expectError(() => loadWeights(network, file), 'weights.mismatch', '5 of its 135');
  });

  it('with no tensor at all', async () => {
    const file = await fileOf(new Map());
    await expectError(() => loadWeights(branched, file), 'weights.mismatch', 'no tensor');
  });
});

it.each([NaN, Infinity])('weights with %d in them are refused, naming the tensor', async (value) => {
  const tensors = tensorsOf(branched);
  tensors.get('branch_a/kernel')?.data.fill(value, 3, 4);
  const file = await fileOf(tensors);
  await expectError(() => loadWeights(branched, file), 'weights.unreadable', 'branch_a/kernel', String(value), 'at 3');
});

describe('a graph from elsewhere is loaded whole', () => {
  const tensors = ['one', 'two', 'three'].map((name) => ({ node: name, shape: [2], stored: name }));
  const { network } = openGraphRecord({
    version: 1,
    title: 'sums',
    graph: {
      nodes: tensors.map(({ node }, place) => ({
        name: `sum${place}`,
        op: 'Add',
        inputs: [place === 0 ? 'image' : `sum${place - 1}`, node],
        attributes: {},
      })),
      input: 'image',
      output: 'sum2',
      tensors,
    },
    height: 2,
    width: 2,
    pixels: 'signed',
    shape: [2],
  });
  const values = (sizes: Readonly<Record<string, number>>): Tensors =>
    new Map(
      Object.entries(sizes).map(([name, size]) => [name, { shape: [size], data: new Float32Array(size).fill(1) }]),
    );

  it('from the names that its own file has', async () => {
    const { report } = loadWeights(network, await fileOf(values({ one: 2, two: 2, three: 2, more: 5 })));
    expect(report).toMatchObject({ missing: [], skippedByShape: [] });
    expect(report.loaded).toHaveLength(3);
  });

  it.each([
    ['lacks one', { one: 2, two: 2 }],
    ['has one of another shape', { one: 2, two: 2, three: 3 }],
  ])('and a file is refused that %s', async (_, sizes) => {
    const file = await fileOf(values(sizes));
    await expectError(() => loadWeights(network, file), 'weights.mismatch', '2 of its 3 tensors', 'opened from');
  });
});
