import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FetchedFiles } from '../../../src/engine/service/fetched-files.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const folder = path.join(home, 'fetched');

describe('files that a window fetches', () => {
  it('lie in the home and are forgotten once their last piece was fetched', async () => {
    const fetched = new FetchedFiles(home);
    const file = await fetched.place('runs.csv');
    expect(path.dirname(path.dirname(file))).toBe(folder);
    writeFileSync(file, 'run');
    const grantId = await fetched.keep(file);
    const { bytes, last } = await fetched.read({ grantId, offset: 0 });
    expect([Buffer.from(bytes).toString(), last]).toEqual(['run', true]);
    expect(readdirSync(folder)).toEqual([]);
    await expectError(() => fetched.read({ grantId, offset: 0 }), 'file.notGranted', 'not kept');
  });

  it('that an engine left which was killed are removed, those of one at work stay', async () => {
    for (const [name, time] of [
      ['export-left', new Date(Date.now() - 2 * 24 * 60 * 60 * 1000)],
      ['export-theirs', new Date()],
    ] as const) {
      mkdirSync(path.join(folder, name), { recursive: true });
      utimesSync(path.join(folder, name), time, time);
    }
    const fetched = new FetchedFiles(home);
    await fetched.keep(await fetched.place('report.html'));
    expect(readdirSync(folder)).not.toContain('export-left');
    await fetched.close();
    expect(readdirSync(folder)).toEqual(['export-theirs']);
  });
});
