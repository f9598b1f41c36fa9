import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { extractTar } from '../../../scripts/bootstrap/tar.mjs';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

interface Member {
  readonly name: string;
  readonly body?: string;
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
}

/** One member as POSIX ustar lays it out. */
function block({ name, body = '', type = '0', link = '', mode = 0o644 }: Member): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write(link, 157);
  header.write('ustar\u000000', 257);
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function archiveOf(members: readonly Member[], cut = Infinity): string {
  const file = path.join(folder, 'archive.tgz');
  writeFileSync(file, gzipSync(Buffer.concat([...members.map(block), Buffer.alloc(1024)]).subarray(0, cut)));
  return file;
}

describe('a tar file', () => {
  it('gives the members that are chosen, with their mode, links and long names', async () => {
    const long = `${'deep/'.repeat(30)}file`;
    const archive = archiveOf([
      { name: 'package/other', body: 'x'.repeat(700) },
      { name: 'package/bin/node', body: 'program', mode: 0o755 },
      { name: 'package/bin/now', type: '2', link: 'node' },
      { name: '././@LongLink', type: 'L', body: `${long}\0` },
      { name: long.slice(0, 100), body: 'deep' },
    ]);
    const out = path.join(folder, 'out');
    await extractTar(archive, out, (name) => (name === 'package/other' ? null : name));
    expect(readFileSync(path.join(out, 'package/bin/node'), 'utf8')).toBe('program');
    expect(lstatSync(path.join(out, 'package/bin/node')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(path.join(out, 'package/bin/now'))).toBe('node');
    expect(readFileSync(path.join(out, long), 'utf8')).toBe('deep');
  });

  it.each<readonly [string, readonly Member[], number, RegExp]>([
    ['leaves the folder', [{ name: '../evil', body: 'x' }], Infinity, /would leave/],
    ['links out of its folder', [{ name: 'a', type: '2', link: '/etc/passwd' }], Infinity, /leads out of its folder/],
    ['is cut off', [{ name: 'a', body: 'x'.repeat(5000) }], 2000, /ends in the middle/],
  ])('with a member that %s is refused', async (_, members, cut, message) => {
    await expect(extractTar(archiveOf(members, cut), path.join(folder, 'refused'), (name) => name)).rejects.toThrow(
      message,
    );
  });
});
