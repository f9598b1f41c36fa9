import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openStoredWeights, openWeights } from '../../../src/engine/weights/open.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectedTensors, weightFixture } from '../../support/weight-fixtures.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
let files = 0;

const text = (value: string): string => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return `X${length.toString('latin1')}${Buffer.from(value).toString('latin1')}`;
};
const integer = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return `J${bytes.toString('latin1')}`;
};
const long = (value: bigint): string => {
  const bytes = Buffer.alloc(9);
  bytes.writeBigInt64LE(value);
  return `\x8a\x09${bytes.toString('latin1')}`;
};
const tuple = (...items: readonly string[]): string => `(${items.join('')}t`;
const persistentId = (elements = integer(4), key = text('0')): string =>
  `${tuple(text('storage'), 'ctorch\nFloatStorage\n', key, text('cpu'), elements)}Q`;
const tensor = (
  shape = tuple(integer(4)),
  strides = tuple(integer(1)),
  offset = integer(0),
  storage = persistentId(),
) => `ctorch._utils\n_rebuild_tensor_v2\n${tuple(storage, offset, shape, strides, '\x89', '}')}R`;
/** What lies in itself twice over, again and again: its text would have 2^60 parts. */
const SHARED = `]q\x00${Array.from({ length: 60 }, (_, depth) => `0](h${String.fromCharCode(depth)}h${String.fromCharCode(depth)}eq${String.fromCharCode(depth + 1)}`).join('')}`;
const DEEP = `${'('.repeat(100_000)}${'t'.repeat(100_000)}`;
/** The parameters after the first four of `_rebuild_tensor_v3` give the tensor a type. */
const typedTensor = (type: string, elements: number): string =>
  `ctorch._utils\n_rebuild_tensor_v3\n${tuple(persistentId(), integer(0), tuple(integer(elements)), tuple(integer(1)), '\x89', '}', `ctorch\n${type}\n`)}R`;
/** A dictionary of one item. */
const holding = (value: string, name = 'weight'): string => `}${text(name)}${value}s`;

/** A zip archive as PyTorch writes one: a pickle and one storage. */
function zipFile(pickle: string, more: Zippable = {}): string {
  files += 1;
  const path = at(`${files}.pth`);
  const members: Zippable = {
    'net/data.pkl': Buffer.from(`\x80\x02${pickle}.`, 'latin1'),
    'net/data/0': new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
    ...more,
  };
  writeFileSync(path, zipSync(members, { level: 0 }));
  return path;
}

/** A file of the legacy format whose object is that pickle. */
function legacyFile(pickle: string, keys = `]${text('0')}a`): string {
  files += 1;
  const path = at(`${files}.pth.tar`);
  const magic = '\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19';
  const system = `}${text('little_endian')}\x88s`;
  const pickles = [magic, 'M\xe9\x03', system, pickle, keys].map((part) => `\x80\x02${part}.`).join('');
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(4n);
  writeFileSync(path, Buffer.concat([Buffer.from(pickles, 'latin1'), count, Buffer.from(new Float32Array(4).buffer)]));
  return path;
}

describe('every tensor of a file that PyTorch wrote has its name, shape, type and values', () => {
  const expected = expectedTensors('torch.json');
  it.each(Object.keys(expected))('%s', async (name) => {
    const file = await openStoredWeights(weightFixture(name));
    const tensors = expected[name] ?? {};
    expect(file.framework).toBe('torch');
    expect([...file.tensors.keys()]).toEqual(Object.keys(tensors));
    for (const [own, { shape, dtype, values }] of Object.entries(tensors)) {
      expect(file.tensors.get(own), own).toMatchObject({ shape, dtype, isWeight: dtype.includes('float') });
      expect([...file.read(own)], own).toEqual(values);
    }
    file.close();
  });

  it('and counters are no weights', async () => {
    const file = await openWeights(weightFixture('module.pth'));
    expect([...file.tensors.keys()]).not.toContain('1.num_batches_tracked');
    expect(file.tensors.size).toBe(9);
  });

  it('also where the archive is packed', async () => {
    const path = at('packed.pth');
    writeFileSync(
      path,
      zipSync(
        {
          'net/data.pkl': Buffer.from(`\x80\x02${holding(tensor())}.`, 'latin1'),
          'net/data/0': new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
        },
        { level: 9 },
      ),
    );
    const file = await openWeights(path);
    expect([...file.read('weight')]).toEqual([1, 2, 3, 4]);
  });
});

describe('a file by hand as PyTorch writes it is read', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a state dictionary alone', holding(tensor()), ['weight']],
    ['one within another', holding(holding(tensor()), 'state_dict'), ['weight']],
    ['dictionaries of dictionaries', holding(holding(tensor()), 'generator'), ['generator.weight']],
    [
      'what lies beside an optimizer',
      `}(${text('optimizer')}${holding(tensor())}${text('net')}${holding(tensor())}u`,
      ['weight'],
    ],
    [
      'a name that contains what optimizers are called',
      holding(tensor(), 'downsample.amplifier'),
      ['downsample.amplifier'],
    ],
    [
      'a dictionary of Python 2',
      `ccollections\nOrderedDict\n${tuple(`]](${text('weight')}${tensor()}ea`)}R`,
      ['weight'],
    ],
    [
      'settings beside it',
      `}(${text('args')}cargparse\nNamespace\n)\x81${holding(integer(1), 'lr')}b${text('weight')}${tensor()}u`,
      ['weight'],
    ],
    [
      'strides of any length along sizes of one',
      holding(
        tensor(tuple(...[1, 1, 2, 2].map(integer)), tuple(long(2n ** 40n), long(2n ** 40n), integer(2), integer(1))),
      ),
      ['weight'],
    ],
    ['what is keyed by a list', `}(${SHARED}${tensor()}${DEEP}${integer(1)}${text('weight')}${tensor()}u`, ['weight']],
    ['what is keyed by a set', `}(\x8f${tensor()}${text('weight')}${tensor()}u`, ['weight']],
    ['a dictionary that contains itself', `}q\x00(${text('self')}h\x00${text('weight')}${tensor()}u`, ['weight']],
  ];
  it.each(cases)('%s', async (_, pickle, names) => {
    for (const path of [zipFile(pickle), legacyFile(pickle)]) {
      const file = await openWeights(path);
      expect([...file.tensors.keys()]).toEqual(names);
      expect(file.read(names[0] ?? '')).toHaveLength(4);
    }
  });

  it('a tensor of its storage as a narrower type', async () => {
    const file = await openWeights(zipFile(holding(typedTensor('half', 8))));
    // The bits of 1 are 3f800000, of which 3f80 is 1.875 as a half, and so on.
    expect([...file.read('weight')]).toEqual([0, 1.875, 0, 2, 0, 2.125, 0, 2.25]);
  });

  it('nested a hundred thousand deep', async () => {
    const deep = `${'('.repeat(100_000)}${'t'.repeat(100_000)}`;
    const file = await openWeights(zipFile(`}(${text('deep')}${deep}${text('weight')}${tensor()}u`));
    expect([...file.read('weight')]).toEqual([1, 2, 3, 4]);
  });
});

describe('what names more than tensors is refused by that name, and nothing of it runs', () => {
  const marker = at('it-ran');
  const command = `touch ${marker}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['a command by os.system', `cos\nsystem\n${tuple(text(command))}R`, "'os.system'"],
    ['a command by posix.system', `cposix\nsystem\n${tuple(text(command))}R`, "'posix.system'"],
    ['a command named on the stack', `\x8c\x05posix\x8c\x06system\x93${tuple(text(command))}R`, "'posix.system'"],
    ['a command as an instance', `(${text(command)}iposix\nsystem\n`, "'posix.system'"],
    ['Python code', `cbuiltins\neval\n${tuple(text('1'))}R`, "'builtins.eval'"],
    ['a class of the program that saved it', 'c__main__\nNet\n)\x81', "'__main__.Net'"],
    [
      'a storage that is a file of its own',
      `ctorch.storage\n_load_from_bytes\n${tuple('C\x00')}R`,
      "'torch.storage._load_from_bytes'",
    ],
    ['what every object of JavaScript has', `cconstructor\nconstructor\n${tuple()}R`, "'constructor.constructor'"],
    ['a part of torch that builds no tensor', `ctorch.hub\nload\n${tuple()}R`, "'torch.hub.load'"],
  ];
  it.each(cases)('%s', async (_, pickle, name) => {
    await expectError(() => openWeights(zipFile(holding(pickle))), 'weights.unreadable', name, 'not run');
    await expectError(() => openWeights(legacyFile(holding(pickle))), 'weights.unreadable', name, 'not run');
    files += 1;
    writeFileSync(at(`${files}.pkl`), Buffer.from(`\x80\x04${pickle}.`, 'latin1'));
    await expectError(() => openWeights(at(`${files}.pkl`)), 'weights.unreadable', name);
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a pickle that lies is refused', () => {
  const huge = long(2n ** 60n);
  const cases: readonly (readonly [string, string, string])[] = [
    ['a tensor of 2^60 values that all are one', holding(tensor(tuple(huge), tuple(integer(0)))), 'tensor'],
    [
      'a tensor of more values than the file could mean',
      holding(tensor(tuple(integer(1 << 30)), tuple(integer(0)))),
      'claim',
    ],
    ['a tensor beyond its storage', holding(tensor(tuple(integer(5)))), 'beyond the 4 numbers'],
    ['a tensor of a wider type than its storage', holding(typedTensor('float64', 4)), 'beyond the 2 numbers'],
    ['sizes of lists in lists without end', holding(tensor(SHARED)), 'sizes [a list, a list]'],
    ['sizes of deep lists', holding(tensor(DEEP)), 'sizes [a list]'],
    ['sizes of sets', holding(tensor('\x8f\x85')), 'sizes [symbol]'],
    ['strides of lists in lists', holding(tensor(tuple(integer(4)), SHARED)), 'strides [a list, a list]'],
    [
      'strides without end',
      holding(tensor(tuple(integer(4)), tuple(...Array<string>(33).fill(integer(1))))),
      'strides [',
    ],
    ['an offset of lists in lists', holding(tensor(tuple(integer(4)), tuple(integer(1)), SHARED)), 'at a list'],
    ['a name of 4097 characters', holding(tensor(), 'a'.repeat(4097)), '4097 characters'],
    ['a tensor that begins beyond it', holding(tensor(tuple(integer(4)), tuple(integer(1)), integer(1))), 'beyond'],
    ['strides that lead beyond it', holding(tensor(tuple(integer(2)), tuple(integer(4)))), 'beyond'],
    ['negative strides', holding(tensor(tuple(integer(2)), tuple(integer(-1)))), '[-1]'],
    ['a negative offset', holding(tensor(tuple(integer(2)), tuple(integer(1)), integer(-1))), '-1'],
    ['strides of another number', holding(tensor(tuple(integer(2)), tuple())), '0 strides'],
    [
      'a storage of 2^60 values',
      holding(tensor(tuple(integer(1)), tuple(integer(1)), integer(0), persistentId(huge))),
      'storage',
    ],
    [
      'a storage longer than it is',
      holding(tensor(tuple(integer(4)), tuple(integer(1)), integer(0), persistentId(integer(9)))),
      '36 bytes',
    ],
    ['a tensor of no storage', holding(tensor(tuple(integer(4)), tuple(integer(1)), integer(0), text('0'))), 'storage'],
    ['a persistent id of no storage', holding(`${text('module')}Q`), 'persistent id'],
    ['no tensor at all', holding(integer(1)), 'no tensor'],
    ['two pickles at once', `}}`, 'more than one object'],
    ['nothing on its stack', 'R', 'stack is empty'],
    ['an object that it never kept', holding('h\x07'), 'its object 7'],
    ['an unknown opcode', '\xff', 'opcode 0xff'],
    ['a text longer than the file', 'X\xff\xff\xff\x7f', 'announced'],
    ['a number without end', `\x8b\xe8\x03\x00\x00${'\x01'.repeat(1000)}`, '1000 bytes'],
  ];
  it.each(cases)('%s', async (_, pickle, word) => {
    await expectError(() => openWeights(zipFile(pickle)), 'weights.unreadable', word);
    await expectError(() => openWeights(legacyFile(pickle)), 'weights.unreadable');
  });

  it.each([
    ['lists', ']0', 'lists and dictionaries'],
    ['objects to keep', 'N\x940', 'keeps more than'],
  ])('a million %s', async (_, pickle, word) => {
    const path = zipFile(holding(`${pickle.repeat((1 << 20) + 1)}${tensor()}`));
    await expectError(() => openWeights(path), 'weights.unreadable', word);
  });

  it('a dictionary copied over and over', async () => {
    const copied = 'ccollections\nOrderedDict\nh\x02\x85R0'.repeat(2000);
    const pickle = `](${`(${integer(0)}${integer(1)}t`.repeat(2000)}eq\x020${copied}}`;
    await expectError(() => openWeights(zipFile(pickle)), 'weights.unreadable', 'copies more');
  });

  it('dictionaries shared in ever deeper ones, which would be gone through a million times', async () => {
    let pickle = `}q\x00(${Array.from({ length: 30 }, (_, index) => `${text(`k${index}`)}${integer(1)}`).join('')}u`;
    for (let depth = 1; depth < 9; depth += 1) {
      const items = Array.from({ length: 30 }, (_, index) => `${text(`k${index}`)}h${String.fromCharCode(depth - 1)}`);
      pickle = `${pickle}0}q${String.fromCharCode(depth)}(${items.join('')}u`;
    }
    await expectError(() => openWeights(zipFile(pickle)), 'weights.unreadable', 'items');
  });
});

describe('an archive that lies is refused', () => {
  const cases: readonly (readonly [string, Zippable, string])[] = [
    ['a TorchScript program', { 'net/code/__torch__.py': new Uint8Array(1) }, 'TorchScript'],
    ['big-endian numbers', { 'net/byteorder': Buffer.from('big') }, 'big-endian'],
    ['a storage cut short', { 'net/data/0': new Uint8Array(12) }, '12 of its 16 bytes'],
  ];
  it.each(cases)('%s', async (_, members, word) => {
    await expectError(() => openWeights(zipFile(holding(tensor()), members)), 'weights.unreadable', word);
  });

  it('a packed storage that many tensors would unpack again and again', async () => {
    const keys = ['0', '1'].map((key) => persistentId(integer(1 << 14), text(key)));
    const pickle = (order: (index: number) => number): string =>
      `}(${Array.from({ length: 200 }, (_, index) => `${text(`${index}`)}${tensor(undefined, undefined, undefined, keys[order(index)])}`).join('')}u`;
    const archive = (own: string): string => {
      const storage = new Uint8Array(new Float32Array(1 << 14).fill(1).buffer);
      const packed = zipSync(
        {
          'net/data.pkl': [Buffer.from(`\x80\x02${own}.`, 'latin1'), { level: 0 }],
          'net/data/0': storage,
          'net/data/1': storage,
        },
        { level: 9 },
      );
      files += 1;
      writeFileSync(at(`${files}.pth`), packed);
      return at(`${files}.pth`);
    };
    const file = await openWeights(archive(pickle((index) => (index < 100 ? 0 : 1))));
    for (const name of file.tensors.keys()) expect([...file.read(name)]).toEqual([1, 1, 1, 1]);
    await expectError(() => openWeights(archive(pickle((index) => index % 2))), 'weights.unreadable', 'unpacked');
  });

  it('a missing storage', async () => {
    const other = persistentId(integer(4), text('7'));
    const pickle = holding(tensor(tuple(integer(4)), tuple(integer(1)), integer(0), other));
    await expectError(() => openWeights(zipFile(pickle)), 'weights.unreadable', "'7'", 'none');
    await expectError(() => openWeights(legacyFile(pickle)), 'weights.unreadable');
  });

  it('a list of storages that no tensor has, or twice the same', async () => {
    const pickle = holding(tensor());
    await expectError(() => openWeights(legacyFile(pickle, `]${text('9')}a`)), 'weights.unreadable', "'9'");
    await expectError(
      () => openWeights(legacyFile(pickle, `](${text('0')}${text('0')}e`)),
      'weights.unreadable',
      "'0'",
    );
  });
});
