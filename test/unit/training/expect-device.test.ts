import { describe, expect, it } from 'vitest';
import { expectDevice } from '../../../src/engine/training/expect-device.ts';
import { expectError } from '../../support/expect-error.ts';
import { samplePlan } from '../../support/training-plan.ts';

describe('without a GPU', () => {
  it.each([
    ['gpu:1', 'float32', "'gpu:1'"],
    ['auto', 'float16', 'float16 needs a GPU'],
  ] as const)('the device %s in %s is refused', async (device, type, words) => {
    const plan = samplePlan({ device, precision: { frozen: 'float32', trainable: type } });
    await expectError(() => expectDevice(plan, false), 'usage.invalid', words);
  });

  it.each(['float32', 'bfloat16'] as const)('the processor computes in %s', (type) => {
    for (const device of ['auto', 'cpu']) {
      expect(() =>
        expectDevice(samplePlan({ device, precision: { frozen: type, trainable: type } }), false),
      ).not.toThrow();
    }
  });
});

it('with a GPU everything is computed', () => {
  const plan = samplePlan({ device: 'gpu:0', precision: { frozen: 'float16', trainable: 'float16' } });
  expect(() => expectDevice(plan, true)).not.toThrow();
});
