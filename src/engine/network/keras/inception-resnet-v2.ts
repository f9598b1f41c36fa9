import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { InceptionLayers, REDUCING } from './inception-layers.ts';
import { inKerasOrder } from './keras-order.ts';

function stem(list: InceptionLayers): string {
  list.startBlock('stem');
  const valid = { padding: 'valid' } as const;
  const first = list.convolutions(list.last, [32, 3, 3, REDUCING], [32, 3, 3, valid], [64, 3, 3]);
  return list.reduce(list.convolutions(list.reduce(first), [80, 1, 1, valid], [192, 3, 3, valid]));
}

/** Inception-A, at 35 x 35 pixels. */
function mixed5b(list: InceptionLayers, input: string): string {
  return list.join(
    [
      list.convolutions(input, [96, 1, 1]),
      list.convolutions(input, [48, 1, 1], [64, 5, 5]),
      list.convolutions(input, [64, 1, 1], [96, 3, 3], [96, 3, 3]),
      list.pooledConvolution(input, 64),
    ],
    'mixed_5b',
  );
}

/** From 35 x 35 to 17 x 17 pixels. */
function mixed6a(list: InceptionLayers, input: string): string {
  return list.join(
    [
      list.convolutions(input, [384, 3, 3, REDUCING]),
      list.convolutions(input, [256, 1, 1], [256, 3, 3], [384, 3, 3, REDUCING]),
      list.reduce(input),
    ],
    'mixed_6a',
  );
}

/** From 17 x 17 to 8 x 8 pixels. */
function mixed7a(list: InceptionLayers, input: string): string {
  return list.join(
    [
      list.convolutions(input, [256, 1, 1], [384, 3, 3, REDUCING]),
      list.convolutions(input, [256, 1, 1], [288, 3, 3, REDUCING]),
      list.convolutions(input, [256, 1, 1], [288, 3, 3], [320, 3, 3, REDUCING]),
      list.reduce(input),
    ],
    'mixed_7a',
  );
}

/** Blocks that leave height, width and channels as they are. */
interface ResidualKind {
  readonly name: string;
  readonly channels: number;
  /** What the branches give is multiplied by this before it is added. */
  readonly scale: number;
  readonly branches: (list: InceptionLayers, input: string) => readonly string[];
}

const BLOCK_35: ResidualKind = {
  name: 'block35',
  channels: 320,
  scale: 0.17,
  branches: (list, input) => [
    list.convolutions(input, [32, 1, 1]),
    list.convolutions(input, [32, 1, 1], [32, 3, 3]),
    list.convolutions(input, [32, 1, 1], [48, 3, 3], [64, 3, 3]),
  ],
};
const BLOCK_17: ResidualKind = {
  name: 'block17',
  channels: 1088,
  scale: 0.1,
  branches: (list, input) => [
    list.convolutions(input, [192, 1, 1]),
    list.convolutions(input, [128, 1, 1], [160, 1, 7], [192, 7, 1]),
  ],
};
const BLOCK_8: ResidualKind = {
  name: 'block8',
  channels: 2080,
  scale: 0.2,
  branches: (list, input) => [
    list.convolutions(input, [192, 1, 1]),
    list.convolutions(input, [192, 1, 1], [224, 1, 3], [256, 3, 1]),
  ],
};

/** An Inception block beside a shortcut. */
function residual(list: InceptionLayers, kind: ResidualKind, index: number, isLinear = false): string {
  const block = `${kind.name}_${index}`;
  const input = list.last;
  list.startBlock(block);
  list.join(kind.branches(list, input), `${block}_mixed`);
  list.conv2d(`${block}_conv`, { filters: kind.channels, useBias: true });
  // The last block of all adds what it gives as it is.
  const scale = isLinear ? 1 : kind.scale;
  const sum = list.add(list.automatic('custom_scale_layer'), { kind: 'add', scale }, [input, list.last]);
  return isLinear ? sum : list.activation(`${block}_ac`, 'relu');
}

/**
 * Inception-ResNet v2 as Keras Applications builds it: "Inception-v4, Inception-ResNet and the Impact of Residual Connections
 * on Learning" (Szegedy et al., 2016, https://arxiv.org/abs/1602.07261).
 *
 * @param options.size height and width of the input, at least 75
 * @param options.top classes of the published classifier, or null to end at the last activation [h, w, 1536]
 */
export function inceptionResnetV2({ size, top }: BuildOptions): readonly Layer[] {
  const list = new InceptionLayers(size);
  const below = stem(list);
  list.startBlock('mixed_5b');
  mixed5b(list, below);
  for (let index = 1; index <= 10; index += 1) residual(list, BLOCK_35, index);
  list.startBlock('mixed_6a');
  mixed6a(list, list.last);
  for (let index = 1; index <= 20; index += 1) residual(list, BLOCK_17, index);
  list.startBlock('mixed_7a');
  mixed7a(list, list.last);
  for (let index = 1; index <= 10; index += 1) residual(list, BLOCK_8, index, index === 10);
  list.startBlock('conv_7b');
  list.conv2d('conv_7b', { filters: 1536 });
  list.batchNorm('conv_7b_bn');
  list.activation('conv_7b_ac', 'relu');
  const layers = [...list.layers, ...(top === null ? [] : denseTop(list.last, top))];
  return inKerasOrder(layers, layers.at(-1)?.name ?? '');
}
