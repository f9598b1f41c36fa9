import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import { LayerList } from './layer-list.ts';

/** [narrow filters, stride of the first block] of the stages conv2 to conv5. */
const STAGES = [
  [64, 1],
  [128, 2],
  [256, 2],
  [512, 2],
] as const;
/** A block gives so many times its narrow filters. */
const EXPANSION = 4;

/** `<name>_conv` and its BatchNorm `<name>_bn`. */
function convolution(
  list: LayerList,
  name: string,
  options: {
    readonly filters: number;
    readonly size: number;
    readonly stride: number;
    readonly padding: 'same' | 'valid';
  },
  input = list.last,
): string {
  list.conv2d(`${name}_conv`, { ...options, useBias: true }, input);
  return list.batchNorm(`${name}_bn`);
}

/** Seven by seven convolution and pooling, to a quarter of the height and width. */
function stem(list: LayerList): void {
  list.startBlock('conv1');
  list.zeroPadding('conv1_pad', 3);
  convolution(list, 'conv1', { filters: 64, size: 7, stride: 2, padding: 'valid' });
  list.activation('conv1_relu', 'relu');
  list.zeroPadding('pool1_pad', 1);
  list.maxPool('pool1_pool', { size: 3, stride: 2 });
}

/**
 * Three convolutions beside a shortcut. Keras keeps the paper's place of the stride, the first convolution of one pixel,
 * where PyTorch ("v1.5") has it in the one of three by three.
 *
 * @param projects whether the shortcut has a convolution of its own
 */
function bottleneck(list: LayerList, block: string, filters: number, stride: number, projects: boolean): void {
  list.startBlock(block);
  const input = list.last;
  const wide = { filters: filters * EXPANSION, size: 1, padding: 'valid' } as const;
  const shortcut = projects ? convolution(list, `${block}_0`, { ...wide, stride }) : input;
  convolution(list, `${block}_1`, { filters, size: 1, stride, padding: 'valid' }, input);
  list.activation(`${block}_1_relu`, 'relu');
  convolution(list, `${block}_2`, { filters, size: 3, stride: 1, padding: 'same' });
  list.activation(`${block}_2_relu`, 'relu');
  convolution(list, `${block}_3`, { ...wide, stride: 1 });
  list.add(`${block}_add`, { kind: 'add' }, [shortcut, list.last]);
  list.activation(`${block}_out`, 'relu');
}

/**
 * ResNet as Keras Applications builds it: "Deep Residual Learning for Image Recognition" (He et al., 2015,
 * https://arxiv.org/abs/1512.03385).
 *
 * @param blocks those of the stages conv2 to conv5
 * @returns the builder: `size` at least 32; without top it ends at the last activation [h, w, 2048]
 */
export function resnet(blocks: readonly number[]): (options: BuildOptions) => readonly Layer[] {
  return ({ size, top }) => {
    const list = new LayerList(size, { epsilon: 1.001e-5 });
    stem(list);
    STAGES.forEach(([filters, stride], stage) => {
      for (let place = 1; place <= (blocks[stage] ?? 0); place += 1) {
        const isFirst = place === 1;
        bottleneck(list, `conv${stage + 2}_block${place}`, filters, isFirst ? stride : 1, isFirst);
      }
    });
    const layers = [...list.layers, ...(top === null ? [] : denseTop(list.last, top))];
    return inKerasOrder(layers, layers.at(-1)?.name ?? '');
  };
}
