import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OpenedWeights } from '../../../src/engine/service/opened-weights.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import type { WeightsFile } from '../../../src/engine/weights/weights-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { writeKerasFile } from '../../support/keras-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const opened = new OpenedWeights();
afterEach(() => opened.close());

async function write(name: string, value: number): Promise<string> {
  const file = path.join(folder, name);
  await writeSafetensors(file, new Map([['a/bias', { shape: [1], data: Float32Array.of(value) }]]), {});
  return file;
}

const bias = (file: WeightsFile): number | undefined => file.read('a/bias')[0];

describe('opened weights', () => {
  it('are one file for requests that follow each other, also at once', async () => {
    const file = await write('one.safetensors', 1);
    const all = await Promise.all([1, 2, 3].map(() => opened.use(file, (weights) => weights)));
    expect(new Set([...all, await opened.use(file, (weights) => weights)]).size).toBe(1);
  });

  it('are opened anew when the file has changed', async () => {
    const file = await write('two.safetensors', 1);
    expect(await opened.use(file, bias)).toBe(1);
    await write('two.safetensors', 2);
    expect(await opened.use(file, bias)).toBe(2);
  });

  it('are tried again where they could not be opened', async () => {
    const file = path.join(folder, 'three.safetensors');
    await expectError(() => opened.use(file, bias), 'weights.missing', 'three');
    await write('three.safetensors', 3);
    expect(await opened.use(file, bias)).toBe(3);
    rmSync(file);
    await expectError(() => opened.use(file, bias), 'weights.missing', 'three');
  });

  it('are closed when others come, and serve who asked before', async () => {
    const files = await Promise.all(
      [1, 2, 3, 4, 5].map(async (value) => {
        const file = path.join(folder, `${value}.h5`);
        const data = Float32Array.of(value);
        await writeKerasFile(file, new Map([['a', [{ name: 'a/bias:0', shape: [1], data }]]]));
        return file;
      }),
    );
    const first = files[0] ?? '';
    const kept = await opened.use(first, (weights) => weights);
    expect(await Promise.all(files.map((file) => opened.use(file, bias)))).toEqual([1, 2, 3, 4, 5]);
    expect(() => kept.read('a/bias')).toThrow();
    expect(await opened.use(first, bias)).toBe(1);
  });
});
