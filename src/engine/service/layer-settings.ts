import type { Layer, Padding } from '../network/layer.ts';

type Pair = readonly [number, number];

/** `3×3`, `3×3 /2`: a window, and its stride where it is not 1. */
function sliding(window: Pair, strides: Pair, padding: Padding): string {
  const [down, across] = strides;
  const stride = down === across ? String(down) : `${down}×${across}`;
  const around = typeof padding === 'string' ? '' : paddingOf(padding);
  return `${window.join('×')}${stride === '1' ? '' : ` /${stride}`}${around === '' ? '' : ` pad ${around}`}`;
}

/** The sides that are padded, clockwise from the top, or one number for all. */
function paddingOf({ top, right, bottom, left }: Exclude<Padding, string>): string {
  const sides = [top, right, bottom, left];
  return new Set(sides).size === 1 ? String(top) : sides.join(' ');
}

/** What a layer does beside what its kind and shapes say, in a few signs for people; empty where there is no more. */
export function layerSettings(layer: Layer): string {
  switch (layer.kind) {
    case 'conv2d': {
      const { dilations = [1, 1], groups = 1, activation } = layer;
      return [
        sliding(layer.kernelSize, layer.strides, layer.padding),
        ...(dilations.some((dilation) => dilation > 1) ? [`dilated ${dilations.join('×')}`] : []),
        ...(groups > 1 ? [`in ${groups} groups`] : []),
        ...(activation === undefined ? [] : [activation]),
      ].join(', ');
    }
    case 'foreignGraph':
      return `${layer.graph.nodes.length} ops, never trained`;
    case 'depthwiseConv2d':
    case 'separableConv2d':
    case 'conv2dTranspose':
      return sliding(layer.kernelSize, layer.strides, layer.padding);
    case 'maxPool2d':
    case 'averagePool2d':
      return sliding(layer.poolSize, layer.strides, layer.padding);
    case 'activation':
      return layer.activation;
    case 'dense':
      return layer.activation ?? '';
    case 'zeroPadding2d':
    case 'reflectionPadding2d':
      return paddingOf(layer.padding);
    case 'dropout':
      return layer.perChannel ? `${layer.rate} of channels` : String(layer.rate);
    case 'add':
      return layer.scale === undefined || layer.scale === 1 ? '' : `second × ${layer.scale}`;
    case 'batchNorm':
    case 'layerNorm':
      return `epsilon ${layer.epsilon}`;
    case 'resizing':
      return layer.interpolation;
    case 'rescaling':
      return `times ${String(layer.scale)} plus ${String(layer.offset)}`;
    case 'adaptiveAveragePool2d':
    case 'adaptiveMaxPool2d':
    case 'concatenate':
    case 'globalAveragePooling2d':
    case 'input':
    case 'localResponseNorm':
    case 'multiply':
    case 'permute':
    case 'reshape':
    case 'slice':
      return '';
  }
}
