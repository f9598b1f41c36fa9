import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstVisible, parseGpus, presentGpu } from '../../../src/engine/runtime/nvidia.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TABLE = [
  '0, GPU-1f0c, 81559, 81079, NVIDIA H100 80GB HBM3',
  '1, GPU-77aa, 24564, 20000, NVIDIA GeForce RTX 4090',
  '',
].join('\n');

it('GPUs are read from what the driver tells, in bytes', () => {
  expect(parseGpus(TABLE)).toEqual([
    {
      index: 0,
      uuid: 'GPU-1f0c',
      name: 'NVIDIA H100 80GB HBM3',
      totalBytes: 81559 * 2 ** 20,
      freeBytes: 81079 * 2 ** 20,
    },
    expect.objectContaining({ index: 1, name: 'NVIDIA GeForce RTX 4090' }),
  ]);
});

it.each(['No devices were found', '0, GPU-1f0c, [N/A], [N/A], NVIDIA GB10', ''])('there is no GPU in %j', (table) => {
  expect(parseGpus(table)).toEqual([]);
});

it.each([
  [undefined, 0],
  ['0', 0],
  ['1', 1],
  ['1,0', 1],
  [' 1 , 0', 1],
  ['GPU-77', 1],
  ['-1', undefined],
  ['', undefined],
  ['7', undefined],
])('a process with CUDA_VISIBLE_DEVICES=%s computes on GPU %s', (visible, index) => {
  expect(firstVisible(parseGpus(TABLE), visible)?.index).toBe(index);
});

describe('the GPU of this process', () => {
  const folder = temporaryFolder();
  const driver = (text: string): NodeJS.ProcessEnv => {
    const file = path.join(folder, 'nvidia-smi');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return { PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
  };

  it.skipIf(process.platform === 'win32')('is the one that its environment shows', () => {
    const env = driver(`cat <<'END'\n${TABLE}END`);
    expect(presentGpu(env)?.index).toBe(0);
    expect(presentGpu({ ...env, CUDA_VISIBLE_DEVICES: '1' })?.name).toBe('NVIDIA GeForce RTX 4090');
  });

  it.skipIf(process.platform === 'win32')('is none where the driver fails, or there is no driver', () => {
    expect(presentGpu(driver('exit 9'))).toBeNull();
    expect(presentGpu({ PATH: path.join(folder, 'nowhere') })).toBeNull();
  });
});
