import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { extractZip } from '../../../scripts/setup/zip.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const archive = path.join(folder, 'archive.zip');
const large = new Uint8Array(3_000_000).map((_, index) => (index * index) % 251);

describe('a zip file', () => {
  it('gives the members that are chosen, and only those', async () => {
    writeFileSync(archive, zipSync({ 'a/large': large, 'a/empty': new Uint8Array(0), 'b/other': new Uint8Array(9) }));
    const written = await extractZip(archive, path.join(folder, 'out'), (name) =>
      name.startsWith('a/') ? name : null,
    );
    expect(written.map((file) => path.basename(file))).toEqual(['large', 'empty']);
    expect(new Uint8Array(readFileSync(path.join(folder, 'out/a/large')))).toEqual(large);
    expect(existsSync(path.join(folder, 'out/b'))).toBe(false);
  });

  it('whose member would leave the folder is refused', async () => {
    writeFileSync(archive, zipSync({ '../evil': new Uint8Array(1) }));
    await expect(extractZip(archive, path.join(folder, 'inner'), (name) => name)).rejects.toThrow(/would leave/);
    expect(existsSync(path.join(folder, 'evil'))).toBe(false);
  });

  it('that was cut off is refused', async () => {
    const whole = zipSync({ large });
    writeFileSync(archive, whole.subarray(0, whole.length / 2));
    await expect(extractZip(archive, path.join(folder, 'cut'), (name) => name)).rejects.toThrow(
      /archive\.zip is damaged/,
    );
  });
});
