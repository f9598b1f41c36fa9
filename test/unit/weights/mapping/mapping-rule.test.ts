import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mappingTable } from '../../../../src/engine/weights/mapping/mapping-table.ts';
import { withMappingRules } from '../../../../src/engine/weights/mapping/mapping-rule.ts';
import { openWeights } from '../../../../src/engine/weights/open.ts';
import { loadWeights } from '../../../../src/engine/weights/load.ts';
import { writeSafetensors } from '../../../../src/engine/weights/safetensors-writer.ts';
import type { WeightsFile } from '../../../../src/engine/weights/weights-file.ts';
import { networkTensors } from '../../../../src/engine/network/shape.ts';
import { expectError } from '../../../support/expect-error.ts';
import { branchedNetwork } from '../../../support/small-network.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const network = branchedNetwork();
let files = 0;

/** Each tensor filled with its place in the list. */
async function fileOf(shapes: readonly (readonly [string, readonly number[]])[]): Promise<WeightsFile> {
  files += 1;
  const path = join(folder, `${files}.safetensors`);
  const tensors = shapes.map(([name, shape], place) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(place);
    return [name, { shape, data }] as const;
  });
  await writeSafetensors(path, new Map(tensors), {});
  return openWeights(path);
}

async function named(...names: readonly string[]): Promise<WeightsFile> {
  return fileOf(names.map((name) => [name, [2]]));
}

describe("a user's rules for the names of a file", () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['nothing', [], ['a/kernel', 'b/kernel'], ['a/kernel', 'b/kernel']],
    ['strip a prefix where it stands', ['strip:net/'], ['net/a', 'a/net/b'], ['a', 'a/net/b']],
    ['add a prefix', ['add:net/'], ['a'], ['net/a']],
    ['replace by regex, every match', ['/o(\\d)/0$1/'], ['o1_o2', 'ox'], ['01_02', 'ox']],
    ['replace with a slash', ['/\\./\\//'], ['a.b.c'], ['a/b/c']],
    ['replace by nothing', ['/_1$//'], ['a_1'], ['a']],
    ['keep only these', ['only:^enc'], ['encoder', 'decoder', 'enc'], ['encoder', 'enc']],
    ['not those', ['not:Adam$'], ['w', 'w/Adam'], ['w']],
    ['one after the other', ['strip:m.', 'only:^b', '/b/c/', 'add:x.'], ['m.a', 'm.b1', 'b2'], ['x.c1', 'x.c2']],
  ])('%s', async (_, rules, given, expected) => {
    const file = withMappingRules(await named(...given), rules);
    expect([...file.tensors.keys()]).toEqual(expected);
  });

  it('leave each tensor its own values', async () => {
    const file = withMappingRules(await named('a', 'b'), ['add:net/']);
    expect(file.read('net/b')).toEqual(Float32Array.of(1, 1));
  });

  it.each([
    ['a word', 'backbone', "Received 'backbone'"],
    ['an empty prefix', 'strip:', "Received 'strip:'"],
    ['a regex that does not parse', 'only:(', 'does not parse'],
    ['half a replacement', '/a/b', "Received '/a/b'"],
  ])('are refused where one is %s', async (_, rule, told) => {
    const file = await named('a');
    await expectError(() => withMappingRules(file, [rule]), 'usage.invalid', told, 'strip:PREFIX');
  });

  it('are refused where two tensors would have one name, which names both', async () => {
    const file = await named('a1', 'a2');
    await expectError(() => withMappingRules(file, ['/\\d//']), 'usage.invalid', "'a1' and 'a2'", "'a'");
  });

  it.each(['only:^(a+)+$', 'not:^(a+)+$', '/^(a+)+$/b/'])(
    'are ended where an expression backtracks without end: %s',
    async (rule) => {
      const file = await named(`${'a'.repeat(60)}!`);
      await expectError(() => withMappingRules(file, [rule]), 'usage.invalid', 'longer than 500 ms');
    },
  );
});

describe('the table of a mapping', () => {
  it('says of each tensor of both sides what becomes of it, and loads just what it says', async () => {
    const own = networkTensors(network).filter(({ layer }) => network.pretrained.has(layer));
    const [first, second, ...others] = own;
    const given = others.map(({ name, shape }) => [`net.${name}`, shape] as const);
    const file = await fileOf([[`net.${second?.name ?? ''}`, [1]], ...given, ['net.extra', [3]]]);
    const mapped = withMappingRules(file, ['strip:net.']);

    const rows = mappingTable(network, mapped);

    expect(rows[0]).toEqual({ tensor: first?.name, shape: first?.shape, stored: null, order: null, state: 'missing' });
    expect(rows[1]).toMatchObject({ tensor: second?.name, stored: { shape: [1], dtype: 'float32' }, state: 'shape' });
    expect(rows.at(-1)).toMatchObject({ tensor: null, stored: { name: 'net.extra' }, state: 'unexpected' });
    const loaded = rows.filter(({ state }) => state === 'loaded').map(({ tensor }) => tensor);
    expect(loaded).toEqual(others.map(({ name }) => name));
    expect([...loadWeights(network, mapped).tensors.keys()]).toEqual(loaded);
  });
});
