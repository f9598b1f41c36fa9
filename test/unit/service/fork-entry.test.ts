import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { forkEntry } from '../../../src/engine/service/fork-entry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

it("a child's last words are kept without the note that TensorFlow writes in any case", async () => {
  const note =
    'I0000 00:00:1 2 port.cc:153] oneDNN custom operations are on. You may see slightly different results. To turn them off, set the variable.';
  const entry = path.join(folder, 'entry.mjs');
  writeFileSync(entry, `console.error('before'); console.error(${JSON.stringify(note)}); console.error('after');`);
  const { child, tail } = forkEntry(entry);
  await once(child, 'close');
  expect(tail()).toBe('before\nafter');
});

it('a child finds the environment that it was given', async () => {
  const entry = path.join(folder, 'environment.mjs');
  writeFileSync(entry, 'console.error(process.env.CUDA_VISIBLE_DEVICES);');
  const { child, tail } = forkEntry(entry, { ...process.env, CUDA_VISIBLE_DEVICES: '-1' });
  await once(child, 'close');
  expect(tail()).toBe('-1');
});
