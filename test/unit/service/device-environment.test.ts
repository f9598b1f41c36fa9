import { expect, it } from 'vitest';
import { deviceEnvironment } from '../../../src/engine/service/device-environment.ts';

it.each([
  ['auto', undefined],
  ['cpu', '-1'],
  ['gpu:0', '0'],
  ['gpu:3', '3'],
])('a process that computes on %s sees the GPUs %s, whose memory it takes as it needs it', (device, visible) => {
  const env = deviceEnvironment(device, { HOME: '/home' });
  expect(env).toMatchObject({ HOME: '/home', TF_FORCE_GPU_ALLOW_GROWTH: 'true' });
  expect(env['CUDA_VISIBLE_DEVICES']).toBe(visible);
});

it('what a person has set of memory growth and of what is visible stays', () => {
  const own = { TF_FORCE_GPU_ALLOW_GROWTH: 'false', CUDA_VISIBLE_DEVICES: '2' };
  expect(deviceEnvironment('auto', own)).toEqual(own);
  expect(deviceEnvironment('cpu', own)).toEqual({ ...own, CUDA_VISIBLE_DEVICES: '-1' });
});
