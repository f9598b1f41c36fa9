import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { InceptionLayers, REDUCING } from './inception-layers.ts';
import { inKerasOrder } from './keras-order.ts';

function stem(list: InceptionLayers): string {
  list.startBlock('stem');
  const first = list.convolutions(list.last, [32, 3, 3, REDUCING], [32, 3, 3, { padding: 'valid' }], [64, 3, 3]);
  const second = list.convolutions(list.reduce(first), [80, 1, 1], [192, 3, 3, { padding: 'valid' }]);
  return list.reduce(second);
}

/** The paper's figure 5: five by five as two of three by three. */
function blockA(list: InceptionLayers, name: string, input: string, pooled: number): string {
  return list.join(
    [
      list.convolutions(input, [64, 1, 1]),
      list.convolutions(input, [48, 1, 1], [64, 5, 5]),
      list.convolutions(input, [64, 1, 1], [96, 3, 3], [96, 3, 3]),
      list.pooledConvolution(input, pooled),
    ],
    name,
  );
}

/** From 35 x 35 to 17 x 17 pixels. */
function reductionA(list: InceptionLayers, name: string, input: string): string {
  return list.join(
    [
      list.convolutions(input, [384, 3, 3, REDUCING]),
      list.convolutions(input, [64, 1, 1], [96, 3, 3], [96, 3, 3, REDUCING]),
      list.reduce(input),
    ],
    name,
  );
}

/** The paper's figure 6: seven by seven as rows and columns of seven. */
function blockB(list: InceptionLayers, name: string, input: string, narrow: number): string {
  return list.join(
    [
      list.convolutions(input, [192, 1, 1]),
      list.convolutions(input, [narrow, 1, 1], [narrow, 1, 7], [192, 7, 1]),
      list.convolutions(input, [narrow, 1, 1], [narrow, 7, 1], [narrow, 1, 7], [narrow, 7, 1], [192, 1, 7]),
      list.pooledConvolution(input, 192),
    ],
    name,
  );
}

/** From 17 x 17 to 8 x 8 pixels. */
function reductionB(list: InceptionLayers, name: string, input: string): string {
  return list.join(
    [
      list.convolutions(input, [192, 1, 1], [320, 3, 3, REDUCING]),
      list.convolutions(input, [192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, REDUCING]),
      list.reduce(input),
    ],
    name,
  );
}

/** The paper's figure 7: the filter bank spread out, a row and a column side by side. */
function blockC(list: InceptionLayers, name: string, input: string, inner: string): string {
  const spread = (below: string, joined?: string): string =>
    list.join([list.convolutions(below, [384, 1, 3]), list.convolutions(below, [384, 3, 1])], joined);
  return list.join(
    [
      list.convolutions(input, [320, 1, 1]),
      spread(list.convolutions(input, [384, 1, 1]), inner),
      spread(list.convolutions(input, [448, 1, 1], [384, 3, 3])),
      list.pooledConvolution(input, 192),
    ],
    name,
  );
}

const BLOCKS: readonly ((list: InceptionLayers, name: string, input: string) => string)[] = [
  (...below) => blockA(...below, 32),
  (...below) => blockA(...below, 64),
  (...below) => blockA(...below, 64),
  reductionA,
  (...below) => blockB(...below, 128),
  (...below) => blockB(...below, 160),
  (...below) => blockB(...below, 160),
  (...below) => blockB(...below, 192),
  reductionB,
  (...below) => blockC(...below, 'mixed9_0'),
  (...below) => blockC(...below, 'mixed9_1'),
];

/**
 * Inception v3 as Keras Applications builds it, without the auxiliary classifier: "Rethinking the Inception Architecture
 * for Computer Vision" (Szegedy et al., 2015, https://arxiv.org/abs/1512.00567).
 *
 * @param options.size height and width of the input, at least 75
 * @param options.top classes of the published classifier, or null to end at the last block [h, w, 2048]
 */
export function inceptionV3(options: BuildOptions): readonly Layer[] {
  const list = new InceptionLayers(options.size);
  let output = stem(list);
  BLOCKS.forEach((add, index) => {
    const name = `mixed${index}`;
    list.startBlock(name);
    output = add(list, name, output);
  });
  const layers = [...list.layers, ...(options.top === null ? [] : denseTop(output, options.top))];
  return inKerasOrder(layers, layers.at(-1)?.name ?? '');
}
