import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeRecord, readRecords } from '../../../src/engine/exchange/tensorboard/record-file.ts';
import { maskedCrc32c } from '../../../src/engine/weights/crc32c.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = path.join(temporaryFolder(), 'records');

async function read(bytes: Uint8Array): Promise<Buffer[]> {
  writeFileSync(file, bytes);
  const records: Buffer[] = [];
  for await (const record of readRecords(file)) records.push(Buffer.from(record));
  return records;
}

const written = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });

describe('records', () => {
  it('come back as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (records) => {
        expect(await read(Buffer.concat(records.map(encodeRecord)))).toEqual(
          records.map((record) => Buffer.from(record)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('are those that are whole, wherever their file ends', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.double({ min: 0, max: 1, noNaN: true }), async (records, share) => {
        const encoded = records.map(encodeRecord);
        const all = Buffer.concat(encoded);
        const cut = Math.floor(all.length * share);
        let [whole, end] = [0, 0];
        for (const { length } of encoded) {
          end += length;
          if (end <= cut) whole += 1;
        }
        expect(await read(all.subarray(0, cut))).toHaveLength(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('are refused where a bit of them changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), async (data, choice) => {
        const record = encodeRecord(data);
        const bit = choice % (record.length * 8);
        record[bit >> 3] = (record[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(read(record)).rejects.toThrow(/at byte 0/);
      }),
      { numRuns: 100 },
    );
  });

  it('of absurd sizes are none, and no memory is taken for them', async () => {
    const header = Buffer.alloc(12);
    header.writeBigUInt64LE(2n ** 62n);
    header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
    expect(await read(Buffer.concat([encodeRecord(Buffer.from('one')), header]))).toEqual([Buffer.from('one')]);
  });

  it('of more than a mebibyte are passed over, and those behind them are not', async () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    // A decoder would make an object of each pair.
    const bomb = Buffer.alloc(4 * 2 ** 20, Buffer.from([0x0a, 0x00]));
    const largest = Buffer.alloc(2 ** 20, 1);
    expect(await read(Buffer.concat([one, bomb, largest, two].map(encodeRecord)))).toEqual([one, largest, two]);
  });
});
