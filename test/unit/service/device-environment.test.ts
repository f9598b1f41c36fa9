import { expect, it } from 'vitest';
import { deviceEnvironment } from '../../../src/engine/service/device-environment.ts';

it.each([
  ['auto', '2'],
  ['cpu', '-1'],
  ['gpu:0', '0'],
  ['gpu:3', '3'],
])('a process that computes on %s sees the GPUs %s', (device, visible) => {
  expect(deviceEnvironment(device, { HOME: '/home', CUDA_VISIBLE_DEVICES: '2' })).toEqual({
    HOME: '/home',
    CUDA_VISIBLE_DEVICES: visible,
  });
});
