import { describe, expect, it } from 'vitest';
import { imagesPerSecond } from '../../../../src/renderer/charts/throughput.ts';
import type { RunEventBody } from '../../../../src/shared/contract/event.ts';

const progress = (
  unit: 'image' | 'step' | 'tensor' | 'byte',
  ratePerSecond: number | null,
): Extract<RunEventBody, { kind: 'progress' }> => ({
  kind: 'progress',
  phase: 'train',
  done: 1,
  total: 2,
  unit,
  ratePerSecond,
  secondsLeft: null,
  detail: '',
});

describe('images per second', () => {
  it.each([
    ['are what is counted, where images are', progress('image', 480), 480],
    ['follow from steps by the images that an epoch has', progress('step', 10), 300],
    ['are not known of tensors', progress('tensor', 10), null],
    ['are not known of bytes', progress('byte', 10), null],
    ['are not known before the first report', null, null],
    ['are not known before a rate is', progress('step', null), null],
  ])('%s', (_, told, expected) => expect(imagesPerSecond(told, 390, 13)).toBe(expected));

  it('are not known of steps while images are not counted', () => {
    expect(imagesPerSecond(progress('step', 10), null, null)).toBeNull();
  });
});
