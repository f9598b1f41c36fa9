import { describe, expect, it } from 'vitest';
import { USUAL_HEAD, type HeadDesign } from '../../../src/shared/contract/head-design.ts';
import { classifierOf, withHead } from '../../../src/engine/network/head.ts';
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

const HIDDEN = { activation: 'relu', batchNorm: false, dropout: 0 } as const;

describe('a designed head', () => {
  const shapeOf = (design: Partial<HeadDesign>, name = 'inception_v3_75') => {
    const network = withHead(findNetwork(name).build(), {
      classes: 3,
      dropout: 0,
      design: { ...USUAL_HEAD, ...design },
    });
    const shapes = layerShapes(network);
    const own = network.layers.filter((layer) => !base.layers.some((other) => other.name === layer.name));
    return { network, shapes, own };
  };

  it.each([
    ['average', [2048]],
    ['max', [2048]],
    ['flatten', [2048]],
  ] as const)('pools by %s', (pooling, expected) => {
    const { shapes } = shapeOf({ pooling });
    expect(shapes.get('pooling')).toEqual(expected);
  });

  it('keeps each value where it is when it flattens a map', () => {
    const { shapes } = shapeOf({ pooling: 'flatten', base: 'mixed7' });
    const [height = 0, width = 0, channels = 0] = layerShapes(base).get('mixed7') ?? [];
    expect(shapes.get('pooling')).toEqual([height * width * channels]);
  });

  it('has convolutions below its pooling and dense layers above it, each with what it was given', () => {
    const { own, shapes } = shapeOf({
      hidden: [
        { kind: 'conv', filters: 16, ...HIDDEN, batchNorm: true },
        { kind: 'dense', units: 8, ...HIDDEN, dropout: 0.5 },
        { kind: 'dense', units: 4, ...HIDDEN, activation: 'tanh', batchNorm: true },
      ],
    });
    expect(own.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'hidden_1 conv2d',
      'hidden_1_batch_norm batchNorm',
      'hidden_1_activation activation',
      'pooling globalAveragePooling2d',
      'hidden_2 dense',
      'hidden_2_dropout dropout',
      'hidden_3 dense',
      'hidden_3_batch_norm batchNorm',
      'hidden_3_activation activation',
      'logits dense',
    ]);
    expect(shapes.get('hidden_3_batch_norm')).toEqual([4]);
    expect(own.every(({ block }) => block === 'head')).toBe(true);
  });

  it('divides its logits by a temperature', () => {
    const { network } = shapeOf({ temperature: 4 });
    const last = network.layers.at(-1);
    expect(last).toMatchObject({ kind: 'rescaling', scale: 0.25, offset: 0, inputs: ['logits'] });
    expect(network.output).toBe(last?.name);
    expect(classifierOf(network)).toBe('logits');
  });

  it('begins as its initialiser says in every kernel of its own', () => {
    const hidden = [{ kind: 'dense', units: 8, ...HIDDEN }] as const;
    const { own } = shapeOf({ hidden: [...hidden], initializer: 'heNormal' });
    const kernels = own.flatMap((layer) => (layer.kind === 'dense' ? [layer.kernelInitializer.kind] : []));
    expect(kernels).toEqual(['heNormal', 'heNormal']);
  });

  it.each<readonly [string, Partial<HeadDesign>, readonly string[]]>([
    [
      'a convolution above a dense layer',
      {
        hidden: [
          { kind: 'dense', units: 8, ...HIDDEN },
          { kind: 'conv', filters: 8, ...HIDDEN },
        ],
      },
      ['Put the convolutions first'],
    ],
    [
      'hidden layers that begin at zero',
      { hidden: [{ kind: 'dense', units: 8, ...HIDDEN }], initializer: 'zeros' },
      ['no gradient'],
    ],
    [
      'a kernel of more values than anybody means',
      { pooling: 'flatten', base: 'activation_1', hidden: [{ kind: 'dense', units: 65_536, ...HIDDEN }] },
      ['hidden_1', '65536', '268,435,456'],
    ],
    ['a base that is no layer', { base: 'mixed77' }, ["'mixed7'"]],
  ])('refuses %s', async (_what, design, words) => {
    await expectError(() => shapeOf(design), 'usage.invalid', ...words);
  });

  it('refuses a convolution upon a vector', async () => {
    const pooled = withHead(base, { classes: 2, dropout: 0 });
    const vector = { ...pooled, layers: pooled.layers.slice(0, -1), output: 'pooling' };
    const build = (): unknown =>
      withHead(vector, {
        classes: 2,
        dropout: 0,
        design: { ...USUAL_HEAD, hidden: [{ kind: 'conv', filters: 4, ...HIDDEN }] },
      });
    await expectError(build, 'usage.invalid', "'pooling'", '[2048]');
  });
});
