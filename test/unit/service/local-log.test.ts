import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { localLogFile, localLogFiles, writeLocal } from '../../../src/engine/service/local-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MEBIBYTE = 1024 ** 2;

describe('the local log', () => {
  it('has an entry a line, with when, how grave and which process, and what follows indented', () => {
    const home = temporaryFolder();
    expect(writeLocal(home, 'information', 'began')).toBe(localLogFile(home));
    writeLocal(home, 'error', 'failed\nat line 1\n');
    const lines = readFileSync(localLogFile(home), 'utf8').split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z information \[\d+\] began$/);
    expect(lines[1]).toMatch(/Z error \[\d+\] failed$/);
    expect(lines[2]).toBe('  at line 1');
  });

  it('is for its owner alone', () => {
    const home = temporaryFolder();
    const file = writeLocal(home, 'information', 'began') ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('keeps four former files of a mebibyte each and no more, the newest entries among them', () => {
    const home = temporaryFolder();
    const entry = 'x'.repeat(30_000);
    for (let count = 0; count < 240; count++) writeLocal(home, 'information', `${count} ${entry}`);
    const files = localLogFiles(home);
    expect(files.map((file) => path.basename(file))).toEqual([
      'thaw.log.4',
      'thaw.log.3',
      'thaw.log.2',
      'thaw.log.1',
      'thaw.log',
    ]);
    for (const file of files) expect(statSync(file).size).toBeLessThan(MEBIBYTE + 40_000);
    const numbers = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\] (\d+) x/g)].map(([, number]) => Number(number)),
    );
    expect(numbers.at(-1)).toBe(239);
    expect(numbers).toEqual(numbers.map((_, index) => 240 - numbers.length + index));
  });

  it('does not grow by one entry without bounds', () => {
    const home = temporaryFolder();
    writeLocal(home, 'error', 'y'.repeat(MEBIBYTE));
    expect(statSync(localLogFile(home)).size).toBeLessThan(40_000);
  });

  it('goes on where the process died whose turn it was to rename the files', () => {
    const home = temporaryFolder();
    writeLocal(home, 'information', 'first');
    writeFileSync(localLogFile(home), 'z'.repeat(MEBIBYTE + 1));
    const turn = `${localLogFile(home)}.turn`;
    mkdirSync(turn);
    expect(writeLocal(home, 'information', 'while another renames')).not.toBeNull();
    utimesSync(turn, 0, 0);
    writeLocal(home, 'information', 'takes the turn away');
    writeLocal(home, 'information', 'renames');
    expect(existsSync(turn)).toBe(false);
    expect(readFileSync(localLogFile(home), 'utf8')).toMatch(/renames\n$/);
    expect(statSync(localLogFile(home)).size).toBeLessThan(1000);
  });

  it('fails nobody where it cannot be written', () => {
    const home = temporaryFolder();
    writeFileSync(path.join(home, 'logs'), 'a file');
    expect(writeLocal(home, 'information', 'began')).toBeNull();
    expect(localLogFiles(home)).toEqual([]);
  });
});
