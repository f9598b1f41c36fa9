import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SentImages } from '../../../src/host/sent-images.ts';

const own = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`thaw-serve-${process.pid}-`));

it('keeps an image in a file of an unknown name for as long as it is used, and no folder afterwards', async () => {
  const images = await SentImages.open();
  const [folder = ''] = own();
  expect(statSync(path.join(tmpdir(), folder)).mode & 0o77).toBe(0);
  const files: string[] = [];
  const read = (file: string): Promise<string> => {
    files.push(file);
    return Promise.resolve(readFileSync(file, 'utf8'));
  };
  expect(await images.during(Buffer.from('one'), read)).toBe('one');
  expect(await images.during(Buffer.from('two'), read)).toBe('two');
  await expect(
    images.during(Buffer.from('three'), (file) => {
      files.push(file);
      return Promise.reject(new Error('no image'));
    }),
  ).rejects.toThrow('no image');
  const names = files.map((file) => path.basename(file));
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(readdirSync(path.join(tmpdir(), folder))).toEqual([]);
  await images.close();
  expect(own()).toEqual([]);
});

it('removes what a process left that was killed, and nothing of one that lives', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => child.once('close', resolve));
  const [left, alive] = [`thaw-serve-${child.pid ?? 0}-test`, `thaw-serve-${process.ppid}-test`].map((name) =>
    path.join(tmpdir(), name),
  ) as [string, string];
  for (const folder of [left, alive]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'image'), 'of a person');
  }
  const images = await SentImages.open();
  await images.close();
  expect([existsSync(left), existsSync(alive)]).toEqual([false, true]);
});
