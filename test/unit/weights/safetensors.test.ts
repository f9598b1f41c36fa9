import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

/** A file whose header says what the test wants it to. */
function writeRaw(path: string, header: unknown, dataBytes: number, claimedLength?: bigint): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedLength ?? BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
}

const tensor = (shape: readonly unknown[], begin: number, end: number, dtype = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

it('gives back to the bit what was written', async () => {
  const values = fc.array(fc.float({ noNaN: false, noDefaultInfinity: false }), { maxLength: 20 });
  const files = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    values,
  );
  await fc.assert(
    fc.asyncProperty(files, async (contents) => {
      const tensors = new Map(
        Object.entries(contents).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
      );
      await writeSafetensors(at('property.safetensors'), tensors, { format: 'pt' });
      const file = await openWeights(at('property.safetensors'));
      expect([...file.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [name, { shape, data }] of tensors) {
        expect(file.tensors.get(name)?.shape).toEqual(shape);
        expect(Buffer.from(file.read(name).buffer)).toEqual(Buffer.from(data.buffer));
      }
      file.close();
    }),
    { numRuns: 50 },
  );
});

it('writes the same tensors as the same bytes, data aligned, and leaves nothing beside', async () => {
  const tensors = new Map([['logits/bias', { shape: [3], data: Float32Array.of(1, 2, 3) }]]);
  await writeSafetensors(at('first.safetensors'), tensors, { made: 'by hand' });
  await writeSafetensors(at('second.safetensors'), tensors, { made: 'by hand' });
  const bytes = readFileSync(at('first.safetensors'));
  expect(bytes).toEqual(readFileSync(at('second.safetensors')));
  expect((8 + Number(bytes.readBigUInt64LE())) % 8).toBe(0);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('leaves nothing beside a place that cannot be written', async () => {
  mkdirSync(at('taken/inside'), { recursive: true });
  await expect(writeSafetensors(at('taken'), new Map(), {})).rejects.toThrow();
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('leaves out integers, which are counters', async () => {
  writeRaw(at('counter.safetensors'), { a: tensor([1], 0, 4), n: tensor([1], 4, 12, 'I64') }, 12);
  const file = await openWeights(at('counter.safetensors'));
  expect([...file.tensors.keys()]).toEqual(['a']);
});

describe('a header that lies is refused', () => {
  const cases: readonly (readonly [string, unknown, number, string])[] = [
    ['bytes beyond the file', { a: tensor([2], 0, 8) }, 4, "'a'"],
    ['bytes of another tensor', { a: tensor([2], 0, 8), b: tensor([2], 4, 12) }, 12, "'b'"],
    ['a hole between tensors', { a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12, "'b'"],
    ['bytes of no tensor', { a: tensor([1], 0, 4) }, 12, '8 bytes of no tensor'],
    ['a shape of other bytes', { a: tensor([3], 0, 8) }, 8, '[3]'],
    ['a shape without end', { a: tensor([2 ** 30, 2 ** 30], 0, 8) }, 8, '1073741824'],
    ['a negative size', { a: tensor([-1], 0, 4) }, 4, '[-1]'],
    ['a fractional size', { a: tensor([0.5], 0, 4) }, 4, '[0.5]'],
    ['offsets backwards', { a: tensor([1], 4, 0) }, 4, "'a'"],
    ['no dtype', { a: { shape: [1], data_offsets: [0, 4] } }, 4, "'a'"],
    ['a dtype that no weights have', { a: tensor([4], 0, 4, 'F8_E4M3') }, 4, 'F8_E4M3'],
    ['a dtype of other bytes', { a: tensor([2], 0, 8, 'F16') }, 8, 'F16'],
    ['a dtype by the name of what every object has', { a: tensor([4], 0, 4, 'constructor') }, 4, 'constructor'],
    ['no object', '{"a": 1', 0, 'does not parse'],
  ];
  it.each(cases)('%s', async (name, header, dataBytes, word) => {
    const path = at(`${name.replaceAll(' ', '-')}.safetensors`);
    writeRaw(path, header, dataBytes);
    await expectError(() => openWeights(path), 'weights.unreadable', word);
  });

  it('a header longer than the format allows', async () => {
    const path = at('long.safetensors');
    writeRaw(path, `{${' '.repeat(50)}}`, 0, 53n);
    await expectError(() => openWeights(path), 'weights.unreadable', 'claims 53');
  });
});

it('cut anywhere, it is refused', async () => {
  const data = Float32Array.of(1, 2, 3, 4);
  await writeSafetensors(at('whole.safetensors'), new Map([['conv1/kernel', { shape: [2, 2], data }]]), {});
  const whole = readFileSync(at('whole.safetensors'));
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(at('cut.safetensors'), whole.subarray(0, length));
    await expectError(() => openWeights(at('cut.safetensors')), 'weights.unreadable');
  }
});
