import { expect, test } from 'vitest';
import { TransferRate } from '../../../../src/renderer/state/transfer-rate.ts';

test('tells nothing before it has seen something go on', () => {
  const rate = new TransferRate();
  expect(rate.perSecond).toBeNull();
  rate.mark(0, 0);
  rate.mark(0.1, 500);
  expect(rate.perSecond).toBeNull();
  expect(rate.secondsLeft(1000)).toBeNull();
});

test('tells a steady rate and the time that is left', () => {
  const rate = new TransferRate();
  for (let second = 0; second <= 10; second += 1) rate.mark(second, second * 50);
  expect(rate.perSecond).toBeCloseTo(50);
  expect(rate.secondsLeft(1000)).toBeCloseTo(10);
  expect(rate.secondsLeft(100)).toBe(0);
});

test('follows a change within seconds', () => {
  const rate = new TransferRate();
  for (let second = 0; second <= 20; second += 1) rate.mark(second, second * 10);
  for (let second = 21; second <= 26; second += 1) rate.mark(second, 200 + (second - 20) * 100);
  expect(rate.perSecond).toBeCloseTo(100);
});

test('tells no rate where nothing goes on', () => {
  const rate = new TransferRate();
  for (let second = 0; second <= 10; second += 1) rate.mark(second, 7);
  expect(rate.perSecond).toBeNull();
});
