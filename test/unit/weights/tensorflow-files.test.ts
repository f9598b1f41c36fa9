import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStoredWeights, openWeights } from '../../../src/engine/weights/open.ts';
import { sliceKey } from '../../../src/engine/weights/tensorflow/slice-key.ts';
import { sortedStringTable } from '../../support/checkpoint-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectedTensors, weightFixture } from '../../support/weight-fixtures.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const expected = expectedTensors('tensorflow.json');

describe('every tensor of a file that TensorFlow wrote has its name, shape, type and values', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['v1.ckpt', 'tensorflow-checkpoint-v1'],
    ['v2.ckpt', 'tensorflow-checkpoint'],
    ['sharded.ckpt', 'tensorflow-checkpoint'],
    ['frozen.pb', 'tensorflow-graph'],
    ['saved_model', 'tensorflow-saved-model'],
  ];
  it.each(cases)('%s', async (name, format) => {
    const file = await openStoredWeights(weightFixture(name));
    expect(file).toMatchObject({ format, framework: 'tensorflow' });
    expect([...file.tensors.keys()].sort()).toEqual(Object.keys(expected[name] ?? {}).sort());
    for (const [own, { shape, dtype, values }] of Object.entries(expected[name] ?? {})) {
      expect(file.tensors.get(own), own).toMatchObject({ shape, dtype });
      expect([...file.read(own)], own).toEqual(values);
    }
    await expectError(() => file.read('none'), 'weights.mismatch', "'none'");
    file.close();
  });

  it('objects, under the names that the program gave its variables, without its optimizer', async () => {
    const file = await openWeights(weightFixture('objects'));
    const tensors = expected['objects'] ?? {};
    expect([...file.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [own, { values }] of Object.entries(tensors)) expect([...file.read(own)], own).toEqual(values);
    expect(file.tensors.get('conv1/kernel')?.storedName).toBe(
      'model/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE',
    );
  });

  it('slots of optimizers, counters and single numbers are no weights', async () => {
    for (const name of ['v1.ckpt', 'v2.ckpt']) {
      const file = await openWeights(weightFixture(name));
      expect([...file.tensors.keys()].sort()).toEqual([
        'net/conv1/biases',
        'net/conv1/weights',
        'net/double',
        'net/half',
        'net/logits/weights',
      ]);
    }
    const frozen = await openWeights(weightFixture('frozen.pb'));
    expect([...frozen.tensors.keys()]).not.toContain('epsilon');
    expect([...frozen.tensors.keys()]).not.toContain('count');
  });

  it('a SavedModel also by its graph, whatever it is called', async () => {
    const file = await openWeights(weightFixture('saved_model/saved_model.pb'));
    expect(file.format).toBe('tensorflow-saved-model');
    expect(file.tensors.size).toBe(2);
  });
});

describe('a key of a slice sorts as its numbers do', () => {
  const whole = sliceKey('a', [null]);
  it('and is the one that TensorFlow writes', () => {
    expect(Buffer.from(whole).toString('hex')).toBe('0061000101' + '01' + '80' + '7f');
    expect(Buffer.from(sliceKey('', [])).toString('hex')).toBe('00' + '0001' + '00');
    const wide = sliceKey('a', [{ start: 300, length: 100_000 }]);
    expect(Buffer.from(wide).toString('hex')).toBe('0061000101' + '01' + 'c12c' + 'e186a0');
  });

  it.each([0, 1, 63, 64, 8191, 8192, 2 ** 20, 2 ** 31])('%d before what is greater', (start) => {
    const [smaller, greater] = [start, start + 1].map((value) => sliceKey('a', [{ start: value, length: 1 }]));
    expect(Buffer.compare(smaller ?? whole, greater ?? whole)).toBe(-1);
  });
});

describe('what is no file of weights of TensorFlow is refused', () => {
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
  const number = (at: number, value: number): Buffer => Buffer.from([at * 8, value]);
  const shape = (...sizes: readonly number[]): Buffer => Buffer.concat(sizes.map((size) => field(2, number(1, size))));
  const wholeSlice = (dimensions: number): Buffer =>
    Buffer.concat(Array.from({ length: dimensions }, () => field(1, Buffer.alloc(0))));
  const tensor = (name: string, sizes: readonly number[], slices = [wholeSlice(sizes.length)]): Buffer =>
    field(
      1,
      Buffer.concat([
        field(1, Buffer.from(name)),
        field(2, shape(...sizes)),
        number(3, 1),
        ...slices.map((slice) => field(4, slice)),
      ]),
    );
  const checkpoint = (...tensors: readonly Buffer[]): string => {
    writeFileSync(at('v1.ckpt'), sortedStringTable([['', field(1, Buffer.concat(tensors))]]));
    return at('v1.ckpt');
  };

  it('a V1 checkpoint whose tensor is larger than it', async () => {
    await expectError(() => openWeights(checkpoint(tensor('a', [127, 127]))), 'weights.unreadable', "'a'", '127');
  });

  it('a V1 checkpoint with a tensor twice', async () => {
    await expectError(() => openWeights(checkpoint(tensor('a', [1]), tensor('a', [1]))), 'weights.unreadable', 'twice');
  });

  it('a V1 checkpoint whose slices are not all of a tensor, or lie outside it', async () => {
    const part = (start: number, length: number): Buffer =>
      field(1, Buffer.concat([number(1, start), number(2, length)]));
    const half = checkpoint(tensor('a', [4], [part(0, 2)]));
    await expectError(() => openWeights(half), 'weights.unreadable', '2 of its 4');
    const beyond = checkpoint(tensor('a', [4], [part(2, 3)]));
    await expectError(() => openWeights(beyond), 'weights.unreadable', 'a slice of 3 at 2');
  });

  it('a V1 checkpoint whose values are missing, on reading', async () => {
    const file = await openWeights(checkpoint(tensor('a', [4])));
    await expectError(() => file.read('a'), 'weights.unreadable', "'a' is missing");
  });

  it('a V2 checkpoint without one of its slices', async () => {
    const slice = field(7, field(1, Buffer.alloc(0)));
    const entry = Buffer.concat([number(1, 1), field(2, shape(4)), slice]);
    writeFileSync(
      at('p.index'),
      sortedStringTable([
        ['', number(1, 1)],
        ['a', entry],
      ]),
    );
    writeFileSync(at('p.data-00000-of-00001'), '');
    await expectError(() => openWeights(at('p')), 'weights.unreadable', "a slice of 'a' is missing");
  });

  it('a graph without constants, and a SavedModel without variables', async () => {
    writeFileSync(at('empty.pb'), field(1, field(1, Buffer.from('input'))));
    await expectError(() => openWeights(at('empty.pb')), 'weights.unreadable', 'constants', 'checkpoint');
    mkdirSync(at('saved'));
    copyFileSync(weightFixture('saved_model/saved_model.pb'), at('saved/saved_model.pb'));
    await expectError(() => openWeights(at('saved')), 'weights.unreadable', 'constants');
  });

  it('a graph whose constant claims a million times its bytes', async () => {
    const size = Buffer.from([0x08, 0xff, 0xff, 0xff, 0x7f]);
    const message = Buffer.concat([number(1, 1), field(2, field(2, size)), field(5, Buffer.alloc(4))]);
    const attribute = Buffer.concat([field(1, Buffer.from('value')), field(2, field(8, message))]);
    const node = Buffer.concat([field(1, Buffer.from('bomb')), field(2, Buffer.from('Const')), field(5, attribute)]);
    writeFileSync(at('bomb.pb'), field(1, node));
    await expectError(() => openWeights(at('bomb.pb')), 'weights.unreadable', "'bomb'");
  });

  it('a data file of several that is missing', async () => {
    for (const name of ['sharded.ckpt.index', 'sharded.ckpt.data-00000-of-00002'])
      copyFileSync(weightFixture(name), at(name));
    await expectError(() => openWeights(at('sharded.ckpt')), 'weights.unreadable', '00001-of-00002', 'missing');
  });

  it('a changed value in a V1 checkpoint, on opening or on reading', async () => {
    const bytes = readFileSync(weightFixture('v1.ckpt'));
    bytes.write('x', bytes.length >> 1);
    writeFileSync(at('changed.ckpt'), bytes);
    const read = async (): Promise<void> => {
      const file = await openWeights(at('changed.ckpt'));
      for (const name of file.tensors.keys()) file.read(name);
    };
    await expectError(read, 'weights.unreadable', 'checksum');
  });
});
