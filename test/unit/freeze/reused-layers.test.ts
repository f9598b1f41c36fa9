import { describe, expect, it } from 'vitest';
import { withReused } from '../../../src/engine/freeze/reused-layers.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { expectError } from '../../support/expect-error.ts';

const network = withHead(findNetwork('dense_8-6-5-4_4').build(), { classes: 5, dropout: 0 });

describe('the layers that a plan reuses', () => {
  it.each([
    { pattern: 'dense_[123]', loaded: ['dense_1', 'dense_2', 'dense_3'] },
    { pattern: 'dense_2', loaded: ['dense_2'] },
    { pattern: 'logits', loaded: [] },
  ])('are those that $pattern means', ({ pattern, loaded }) => {
    const weighted = new Set([...withReused(network, pattern).pretrained].filter((name) => /^dense_\d$/.test(name)));
    expect([...weighted]).toEqual(loaded);
  });

  it('are all where nothing is said', () => {
    expect(withReused(network, null)).toBe(network);
  });

  it.each([
    { pattern: 'hidden[123]', words: ['/hidden[123]/', 'Blocks are'] },
    { pattern: 'dence_1', words: ["'dense_1'"] },
    { pattern: 'flatten', words: ["'flatten' means none"] },
  ])('are refused where $pattern means none', async ({ pattern, words }) => {
    await expectError(() => withReused(network, pattern), 'usage.noMatch', ...words);
  });
});
