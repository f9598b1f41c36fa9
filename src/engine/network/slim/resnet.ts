import type { BuildOptions } from '../family.ts';
import type { ExplicitPadding, Layer } from '../layer.ts';
import { ScopeList } from './scope-list.ts';

/** Narrow filters of the four blocks; a unit gives four times as many. */
const FILTERS = [64, 128, 256, 512] as const;
const EXPANSION = 4;

export interface ResnetOptions {
  /** 2 normalises and activates before each convolution, and adds without an activation. */
  readonly version: 1 | 2;
  /** Layers as the network's name counts them: 50, 101, 152. */
  readonly depth: number;
  /** Units of each block. */
  readonly units: readonly [number, number, number, number];
}

/** What TF-slim pads by hand before a convolution that strides, so that it is the same for odd and even sizes. */
function around(pixels: number): ExplicitPadding {
  return { top: pixels, bottom: pixels, left: pixels, right: pixels };
}

interface Unit {
  readonly scope: string;
  readonly filters: number;
  readonly stride: number;
  /** Whether the shortcut has a convolution of its own. */
  readonly projects: boolean;
}

/** What enters a unit, at the size of what leaves it. */
function shortcut(list: ScopeList, { scope, filters, stride, projects }: Unit, input: string, active: string): string {
  const name = `${scope}/shortcut`;
  if (!projects)
    return stride === 1 ? input : list.pool('maxPool2d', name, { size: 1, stride, padding: 'same' }, input);
  const convolution = { filters: EXPANSION * filters, size: [1, 1], stride } as const;
  return active === input
    ? list.normalised(name, convolution, { relu: false }, input)
    : list.convolution(name, convolution, { relu: false }, active);
}

function bottleneck(list: ScopeList, unit: Unit, version: 1 | 2): void {
  const { scope, filters, stride } = unit;
  const input = list.last;
  const active = version === 2 ? list.batchNorm(`${scope}/preact`, { relu: true }) : input;
  const beside = shortcut(list, unit, input, active);
  list.normalised(`${scope}/conv1`, { filters, size: [1, 1] }, { relu: true }, active);
  const padding = stride === 1 ? 'same' : around(1);
  list.normalised(`${scope}/conv2`, { filters, size: [3, 3], stride, padding }, { relu: true });
  const wide = { filters: EXPANSION * filters, size: [1, 1] } as const;
  const residual =
    version === 2
      ? list.convolution(`${scope}/conv3`, wide, { relu: false })
      : list.normalised(`${scope}/conv3`, wide, { relu: false });
  list.combine('add', `${scope}/add`, [beside, residual]);
  if (version === 1) list.relu(scope);
}

/**
 * ResNet as TF-slim builds it, a block's stride in its last unit: version 1, "Deep Residual Learning for Image Recognition"
 * (He et al., 2015, https://arxiv.org/abs/1512.03385), and version 2, "Identity Mappings in Deep Residual Networks" (He et
 * al., 2016, https://arxiv.org/abs/1603.05027).
 */
export function slimResnet({ size, top }: BuildOptions, { version, depth, units }: ResnetOptions): readonly Layer[] {
  const list = new ScopeList(size, {
    root: `resnet_v${version}_${depth}`,
    kernel: { kind: 'heNormal' },
    bias: { kind: 'zeros' },
    batchNorm: { epsilon: 1e-5, momentum: 0.997, scale: true },
  });
  const stem = { filters: 64, size: [7, 7], stride: 2, padding: around(3) } as const;
  list.startBlock('stem');
  if (version === 1) list.normalised('conv1', stem, { relu: true });
  else list.convolution('conv1', stem, { relu: false });
  list.pool('maxPool2d', 'pool1', { size: 3, stride: 2, padding: 'same' });
  FILTERS.forEach((filters, block) => {
    const count = units[block] ?? 0;
    for (let unit = 1; unit <= count; unit += 1) {
      const name = `block${block + 1}/unit_${unit}`;
      const stride = unit === count && block < FILTERS.length - 1 ? 2 : 1;
      list.startBlock(name);
      bottleneck(list, { scope: `${name}/bottleneck_v${version}`, filters, stride, projects: unit === 1 }, version);
    }
  });
  if (version === 2) {
    list.startBlock('postnorm');
    list.batchNorm('postnorm', { relu: true });
  }
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('pool5', { keepDimensions: true });
    list.startBlock('top');
    list.convolution('logits', { filters: top, size: [1, 1] }, { relu: false });
    list.squeeze('SpatialSqueeze', top);
  }
  return list.layers;
}
