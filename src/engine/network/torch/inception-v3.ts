import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { defaultBias, ModuleList } from './module-list.ts';

/** torchvision cuts it at 2, which is 20 deviations away. */
const KERNEL: Initializer = { kind: 'normal', standardDeviation: 0.1 };

/** [path below the block, filters, rows, columns] of a convolution, and what is not usual of it. */
type Convolution = readonly [
  path: string,
  filters: number,
  rows: number,
  columns: number,
  options?: { readonly stride?: number; readonly padding?: number },
];
/** A way through a block. */
type Branch = readonly Convolution[];

const REDUCING = { stride: 2, padding: 0 } as const;

/** Convolutions one after the other, each with BatchNorm and ReLU. */
function convolutions(list: ModuleList, scope: string, input: string, branch: Branch): string {
  return branch.reduce((below, [path, filters, rows, columns, options]) => {
    const name = scope + path;
    list.convolution(`${name}.conv`, { filters, size: [rows, columns], ...options }, below);
    list.batchNorm(`${name}.bn`);
    return list.activation(`${name}.relu`, 'relu');
  }, input);
}

/** Ways side by side; the last one is a pooling, with a convolution after it where the size is kept. */
function mixed(list: ModuleList, name: string, branches: readonly Branch[], pooled: number | null): void {
  const input = list.last;
  list.startBlock(name);
  const outputs = branches.map((branch) => convolutions(list, `${name}.`, input, branch));
  if (pooled === null) outputs.push(list.maxPool(`${name}.pool`, { size: 3, stride: 2 }, input));
  else {
    list.averagePool(`${name}.pool`, { size: 3, padding: 1 }, input);
    outputs.push(convolutions(list, `${name}.`, list.last, [['branch_pool', pooled, 1, 1]]));
  }
  list.combine('concatenate', `${name}.concatenate`, outputs);
}

/** The paper's figure 5: five by five as two of three by three. */
function blockA(list: ModuleList, name: string, pooled: number): void {
  const branches: readonly Branch[] = [
    [['branch1x1', 64, 1, 1]],
    [
      ['branch5x5_1', 48, 1, 1],
      ['branch5x5_2', 64, 5, 5],
    ],
    [
      ['branch3x3dbl_1', 64, 1, 1],
      ['branch3x3dbl_2', 96, 3, 3],
      ['branch3x3dbl_3', 96, 3, 3],
    ],
  ];
  mixed(list, name, branches, pooled);
}

/** From 35 x 35 to 17 x 17 pixels. */
function reductionA(list: ModuleList, name: string): void {
  const branches: readonly Branch[] = [
    [['branch3x3', 384, 3, 3, REDUCING]],
    [
      ['branch3x3dbl_1', 64, 1, 1],
      ['branch3x3dbl_2', 96, 3, 3],
      ['branch3x3dbl_3', 96, 3, 3, REDUCING],
    ],
  ];
  mixed(list, name, branches, null);
}

/** The paper's figure 6: seven by seven as rows and columns of seven. */
function blockB(list: ModuleList, name: string, narrow: number): void {
  const branches: readonly Branch[] = [
    [['branch1x1', 192, 1, 1]],
    [
      ['branch7x7_1', narrow, 1, 1],
      ['branch7x7_2', narrow, 1, 7],
      ['branch7x7_3', 192, 7, 1],
    ],
    [
      ['branch7x7dbl_1', narrow, 1, 1],
      ['branch7x7dbl_2', narrow, 7, 1],
      ['branch7x7dbl_3', narrow, 1, 7],
      ['branch7x7dbl_4', narrow, 7, 1],
      ['branch7x7dbl_5', 192, 1, 7],
    ],
  ];
  mixed(list, name, branches, 192);
}

/** From 17 x 17 to 8 x 8 pixels. */
function reductionB(list: ModuleList, name: string): void {
  const branches: readonly Branch[] = [
    [
      ['branch3x3_1', 192, 1, 1],
      ['branch3x3_2', 320, 3, 3, REDUCING],
    ],
    [
      ['branch7x7x3_1', 192, 1, 1],
      ['branch7x7x3_2', 192, 1, 7],
      ['branch7x7x3_3', 192, 7, 1],
      ['branch7x7x3_4', 192, 3, 3, REDUCING],
    ],
  ];
  mixed(list, name, branches, null);
}

/** The paper's figure 7: the filter bank spread out, a row and a column side by side. */
function blockC(list: ModuleList, name: string): void {
  const scope = `${name}.`;
  const input = list.last;
  list.startBlock(name);
  const spread = (path: string, place: number, below: string): string => {
    const row = convolutions(list, scope, below, [[`${path}_${place}a`, 384, 1, 3]]);
    const column = convolutions(list, scope, below, [[`${path}_${place}b`, 384, 3, 1]]);
    return list.combine('concatenate', `${scope}${path}`, [row, column]);
  };
  const first = convolutions(list, scope, input, [['branch1x1', 320, 1, 1]]);
  const second = spread('branch3x3', 2, convolutions(list, scope, input, [['branch3x3_1', 384, 1, 1]]));
  const double: Branch = [
    ['branch3x3dbl_1', 448, 1, 1],
    ['branch3x3dbl_2', 384, 3, 3],
  ];
  const third = spread('branch3x3dbl', 3, convolutions(list, scope, input, double));
  list.averagePool(`${scope}pool`, { size: 3, padding: 1 }, input);
  const pooled = convolutions(list, scope, list.last, [['branch_pool', 192, 1, 1]]);
  list.combine('concatenate', `${scope}concatenate`, [first, second, third, pooled]);
}

function stem(list: ModuleList): void {
  list.startBlock('stem');
  convolutions(list, '', list.last, [
    ['Conv2d_1a_3x3', 32, 3, 3, REDUCING],
    ['Conv2d_2a_3x3', 32, 3, 3, { padding: 0 }],
    ['Conv2d_2b_3x3', 64, 3, 3],
  ]);
  list.maxPool('maxpool1', { size: 3, stride: 2 });
  convolutions(list, '', list.last, [
    ['Conv2d_3b_1x1', 80, 1, 1],
    ['Conv2d_4a_3x3', 192, 3, 3, { padding: 0 }],
  ]);
  list.maxPool('maxpool2', { size: 3, stride: 2 });
}

/**
 * Inception v3 as torchvision builds it, without the auxiliary classifier, which only trains: "Rethinking the Inception
 * Architecture for Computer Vision" (Szegedy et al., 2015, https://arxiv.org/abs/1512.00567). Its input is as the weights
 * were trained with; torchvision's `transform_input`, which turns ImageNet's mean and deviation into that, is the
 * preprocessing's here.
 */
export function torchInceptionV3({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KERNEL, batchNorm: { epsilon: 1e-3, momentum: 0.9 } });
  stem(list);
  blockA(list, 'Mixed_5b', 32);
  blockA(list, 'Mixed_5c', 64);
  blockA(list, 'Mixed_5d', 64);
  reductionA(list, 'Mixed_6a');
  blockB(list, 'Mixed_6b', 128);
  blockB(list, 'Mixed_6c', 160);
  blockB(list, 'Mixed_6d', 160);
  blockB(list, 'Mixed_6e', 192);
  reductionB(list, 'Mixed_7a');
  blockC(list, 'Mixed_7b');
  blockC(list, 'Mixed_7c');
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dropout('dropout', 0.5);
    list.dense('fc', top, { kernel: KERNEL, bias: defaultBias(2048) });
  }
  return list.layers;
}
