import { expect, it } from 'vitest';
import type { Gpu } from '../../../src/engine/runtime/nvidia.ts';
import type { ProbeMessage } from '../../../src/engine/runtime/probe.ts';
import { deviceCheck } from '../../../src/engine/service/device-check.ts';

const COMMANDS = { mending: 'npm run setup', rebuilding: 'rm manifest && npm run setup' };
const GPU: Gpu = { index: 0, uuid: 'GPU-1f', name: 'NVIDIA L4', totalBytes: 24 * 2 ** 30, freeBytes: 20 * 2 ** 30 };
const computesOn = (device: string): ProbeMessage => ({ kind: 'device', tensorflow: '2.21.0', device });

it.each([
  ['the processor where there is no GPU', 'CPU, oneDNN', null, 'CPU, oneDNN', null],
  ['the GPU that is used, with its memory', 'GPU, NVIDIA L4', GPU, 'GPU, NVIDIA L4, 20.0 of 24.0 GiB free', null],
  ['a GPU whose driver does not tell', 'GPU', null, 'GPU', null],
  [
    'the GPU that lies idle, with what makes it used',
    'CPU, oneDNN',
    GPU,
    'CPU, oneDNN; the NVIDIA L4 is not used: this TensorFlow was built without CUDA, or does not find it',
    COMMANDS.rebuilding,
  ],
])('the doctor shows %s', (_, device, present, found, mend) => {
  expect(deviceCheck(computesOn(device), () => present, COMMANDS)).toEqual({ name: 'Device', ok: true, found, mend });
});

it('the doctor shows why TensorFlow does not load, and asks no driver', () => {
  const error = { code: 'runtime.missing', message: 'It must be loadable.', hint: 'Mend it.' } as const;
  const check = deviceCheck(
    { kind: 'failed', error },
    () => {
      throw new Error('The driver was asked.');
    },
    COMMANDS,
  );
  expect(check).toEqual({ name: 'Device', ok: false, found: 'It must be loadable.', mend: COMMANDS.mending });
});
