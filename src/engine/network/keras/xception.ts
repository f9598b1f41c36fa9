import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import { LayerList } from './layer-list.ts';

/** Eight blocks in the middle leave height, width and channels as they are. */
const MIDDLE = { blocks: 8, filters: 728 } as const;

function separable(list: LayerList, name: string, filters: number): void {
  list.separableConv2d(name, { filters, size: 3 });
  list.batchNorm(`${name}_bn`);
}

/**
 * Two separable convolutions and a pooling beside a convolution of every other pixel.
 *
 * @param activatesFirst whether a ReLU stands before the first convolution
 */
function halving(
  list: LayerList,
  block: string,
  filters: readonly [number, number],
  { activatesFirst = true }: { readonly activatesFirst?: boolean } = {},
): void {
  list.startBlock(block);
  const input = list.last;
  list.conv2d(list.automatic('conv2d'), { filters: filters[1], stride: 2 });
  const residual = list.batchNorm(list.automatic('batch_normalization'));
  let below = input;
  if (activatesFirst) below = list.activation(`${block}_sepconv1_act`, 'relu', input);
  list.separableConv2d(`${block}_sepconv1`, { filters: filters[0], size: 3 }, below);
  list.batchNorm(`${block}_sepconv1_bn`);
  list.activation(`${block}_sepconv2_act`, 'relu');
  separable(list, `${block}_sepconv2`, filters[1]);
  list.maxPool(`${block}_pool`, { size: 3, stride: 2, padding: 'same' });
  list.add(list.automatic('add'), { kind: 'add' }, [list.last, residual]);
}

/** Three separable convolutions, added to what entered. */
function middle(list: LayerList, block: string): void {
  list.startBlock(block);
  const input = list.last;
  for (const name of ['sepconv1', 'sepconv2', 'sepconv3']) {
    list.activation(`${block}_${name}_act`, 'relu');
    separable(list, `${block}_${name}`, MIDDLE.filters);
  }
  list.add(list.automatic('add'), { kind: 'add' }, [list.last, input]);
}

/**
 * Xception as Keras Applications builds it: "Xception: Deep Learning with Depthwise Separable Convolutions" (Chollet, 2016,
 * https://arxiv.org/abs/1610.02357).
 *
 * @param options.size height and width of the input, at least 71
 * @param options.top classes of the published classifier, or null to end at the last activation [h, w, 2048]
 */
export function xception({ size, top }: BuildOptions): readonly Layer[] {
  const list = new LayerList(size);
  list.startBlock('block1');
  for (const [name, filters, stride] of [
    ['block1_conv1', 32, 2],
    ['block1_conv2', 64, 1],
  ] as const) {
    list.conv2d(name, { filters, size: 3, stride, padding: 'valid' });
    list.batchNorm(`${name}_bn`);
    list.activation(`${name}_act`, 'relu');
  }
  halving(list, 'block2', [128, 128], { activatesFirst: false });
  halving(list, 'block3', [256, 256]);
  halving(list, 'block4', [728, 728]);
  for (let place = 0; place < MIDDLE.blocks; place += 1) middle(list, `block${place + 5}`);
  halving(list, 'block13', [728, 1024]);
  list.startBlock('block14');
  for (const [name, filters] of [
    ['block14_sepconv1', 1536],
    ['block14_sepconv2', 2048],
  ] as const) {
    separable(list, name, filters);
    list.activation(`${name}_act`, 'relu');
  }
  const layers = [...list.layers, ...(top === null ? [] : denseTop(list.last, top))];
  return inKerasOrder(layers, layers.at(-1)?.name ?? '');
}
