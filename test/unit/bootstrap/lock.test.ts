import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../scripts/bootstrap/lock.mjs';
import { killHard, nextMessage, startProcess } from '../../support/child.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const forever = '600000';

/** Takes the lock and gives what was said while waiting for it. */
async function take(file: string): Promise<readonly string[]> {
  const said: string[] = [];
  await withLock(
    file,
    'testing',
    () => Promise.resolve(),
    (line) => said.push(line),
  );
  return said;
}

describe('a lock', () => {
  it('lets one process in at a time', async () => {
    const file = path.join(folder, 'one');
    const events: string[] = [];
    const holders = [1, 2, 3].map((number) => {
      const child = startProcess('hold-lock', [file, '50']);
      child.on('message', (message: string) => events.push(`${number} ${message}`));
      return new Promise((resolve) => child.once('exit', resolve));
    });
    await Promise.all(holders);
    const order = events.filter((event) => event.endsWith('taken')).map((event) => event.split(' ')[0] ?? '');
    expect(order.toSorted()).toEqual(['1', '2', '3']);
    expect(events).toEqual(order.flatMap((number) => [`${number} taken`, `${number} let go`]));
    expect(existsSync(file)).toBe(false);
  });

  it('says who is waited for and what that one does', async () => {
    const file = path.join(folder, 'told');
    const child = startProcess('hold-lock', [file, '1000']);
    await nextMessage(child);
    const said = await take(file);
    expect(said).toEqual([
      expect.stringContaining(`Waiting for another Thaw (process ${child.pid ?? 0} on ${os.hostname()}`),
    ]);
    expect(said[0]).toContain('holding a lock for a test');
  });

  it('of a killed process is broken', async () => {
    const file = path.join(folder, 'killed');
    const child = startProcess('hold-lock', [file, forever]);
    await nextMessage(child);
    await killHard(child);
    expect(existsSync(file)).toBe(true);
    expect(await take(file)).toEqual([]);
  });

  it('of a dead process is broken though its number lives on in another', async () => {
    const file = path.join(folder, 'reused');
    const child = startProcess('hold-lock', [file, forever]);
    await nextMessage(child);
    const holder = JSON.parse(readFileSync(file, 'utf8')) as object;
    await killHard(child);
    writeFileSync(file, JSON.stringify({ ...holder, pid: process.pid }));
    expect(await take(file)).toEqual([]);
  });

  it.each([
    [
      'of another machine that gives no sign of life',
      JSON.stringify({ id: 'x', pid: 1, host: 'elsewhere', processStart: '' }),
    ],
    ['that was never written to its end', '{"id":'],
  ])('%s is broken', async (_, content) => {
    const file = path.join(folder, 'silent');
    writeFileSync(file, content);
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(file, longAgo, longAgo);
    expect(await take(file)).toEqual([]);
  });

  it('is let go when the work fails', async () => {
    const file = path.join(folder, 'failed');
    await expect(withLock(file, 'failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });
});
