import { expect, it } from 'vitest';
import { compare } from '../../../../src/renderer/strings/compare.ts';

it.each([
  ['val_loss', 'Validation loss'],
  ['my_metric', 'my_metric'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
  ['__proto__', '__proto__'],
])('the metric %s is called %s', (key, name) => {
  expect(compare.metrics.name(key)).toBe(name);
});
