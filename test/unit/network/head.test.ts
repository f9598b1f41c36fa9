import { describe, expect, it } from 'vitest';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { layerShapes } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

const base = findNetwork('inception_v3_75').build();

describe('a head', () => {
  it.each([
    ['softmax', 5, 5],
    ['softmax', 2, 2],
    ['sigmoid', 2, 1],
  ] as const)('%s of %i classes gives %i logits', (head, classes, logits) => {
    const network = withHead(base, { classes, dropout: 0.3, head });
    expect(layerShapes(network).get(network.output)).toEqual([logits]);
    expect(network.layers.slice(-3).map(({ kind }) => kind)).toEqual(['globalAveragePooling2d', 'dropout', 'dense']);
    expect([...network.pretrained]).toEqual([...base.pretrained]);
  });

  it('is a softmax where nothing is said', () => {
    expect(withHead(base, { classes: 2, dropout: 0 })).toEqual(
      withHead(base, { classes: 2, dropout: 0, head: 'softmax' }),
    );
  });

  it.each([1, 3])('of one sigmoid refuses %i classes', async (classes) => {
    const build = (): unknown => withHead(base, { classes, dropout: 0, head: 'sigmoid' });
    await expectError(build, 'usage.invalid', 'two classes', String(classes), 'softmax');
  });
});
