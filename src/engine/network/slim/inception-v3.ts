import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { ScopeList } from './scope-list.ts';

/** [scope below the branch, filters, rows, columns] of a convolution, and whether it halves the size. */
type Convolution = readonly [scope: string, filters: number, rows: number, columns: number, reduces?: 'reduces'];
/** Convolutions one after the other; of the last two, where they are spread, both look at the one before. */
interface Branch {
  readonly convolutions: readonly Convolution[];
  readonly spread?: readonly [Convolution, Convolution];
}

const RELU = { relu: true } as const;

function convolution(
  list: ScopeList,
  scope: string,
  [own, filters, rows, columns, reduces]: Convolution,
  input: string,
) {
  const window = reduces ? ({ stride: 2, padding: 'valid' } as const) : {};
  return list.normalised(`${scope}/${own}`, { filters, size: [rows, columns], ...window }, RELU, input);
}

/** Branches side by side; the last one is a pooling, with a convolution after it where the size is kept. */
function mixed(list: ScopeList, name: string, branches: readonly Branch[], pooled: number | null): void {
  const input = list.last;
  list.startBlock(name);
  const outputs = branches.map(({ convolutions, spread }, index) => {
    const scope = `${name}/Branch_${index}`;
    const below = convolutions.reduce((last, own) => convolution(list, scope, own, last), input);
    if (!spread) return below;
    return list.combine(
      'concatenate',
      `${scope}/concat`,
      spread.map((own) => convolution(list, scope, own, below)),
    );
  });
  const scope = `${name}/Branch_${branches.length}`;
  if (pooled === null) {
    const window = { size: 3, stride: 2, padding: 'valid' } as const;
    outputs.push(list.pool('maxPool2d', `${scope}/MaxPool_1a_3x3`, window, input));
  } else {
    list.pool('averagePool2d', `${scope}/AvgPool_0a_3x3`, { size: 3, stride: 1, padding: 'same' }, input);
    outputs.push(convolution(list, scope, ['Conv2d_0b_1x1', pooled, 1, 1], list.last));
  }
  list.combine('concatenate', `${name}/concat`, outputs);
}

/**
 * The paper's figure 5: five by five as two of three by three.
 *
 * @param named the second branch's convolutions, of which `Mixed_5c` has names of its own
 */
function blockA(
  list: ScopeList,
  name: string,
  pooled: number,
  named: readonly [string, string] = ['Conv2d_0a_1x1', 'Conv2d_0b_5x5'],
): void {
  const branches: readonly Branch[] = [
    { convolutions: [['Conv2d_0a_1x1', 64, 1, 1]] },
    {
      convolutions: [
        [named[0], 48, 1, 1],
        [named[1], 64, 5, 5],
      ],
    },
    {
      convolutions: [
        ['Conv2d_0a_1x1', 64, 1, 1],
        ['Conv2d_0b_3x3', 96, 3, 3],
        ['Conv2d_0c_3x3', 96, 3, 3],
      ],
    },
  ];
  mixed(list, name, branches, pooled);
}

/** From 35 x 35 to 17 x 17 pixels; the names of its reducing convolutions are TF-slim's. */
function reductionA(list: ScopeList, name: string): void {
  const branches: readonly Branch[] = [
    { convolutions: [['Conv2d_1a_1x1', 384, 3, 3, 'reduces']] },
    {
      convolutions: [
        ['Conv2d_0a_1x1', 64, 1, 1],
        ['Conv2d_0b_3x3', 96, 3, 3],
        ['Conv2d_1a_1x1', 96, 3, 3, 'reduces'],
      ],
    },
  ];
  mixed(list, name, branches, null);
}

/** The paper's figure 6: seven by seven as rows and columns of seven. */
function blockB(list: ScopeList, name: string, narrow: number): void {
  const branches: readonly Branch[] = [
    { convolutions: [['Conv2d_0a_1x1', 192, 1, 1]] },
    {
      convolutions: [
        ['Conv2d_0a_1x1', narrow, 1, 1],
        ['Conv2d_0b_1x7', narrow, 1, 7],
        ['Conv2d_0c_7x1', 192, 7, 1],
      ],
    },
    {
      convolutions: [
        ['Conv2d_0a_1x1', narrow, 1, 1],
        ['Conv2d_0b_7x1', narrow, 7, 1],
        ['Conv2d_0c_1x7', narrow, 1, 7],
        ['Conv2d_0d_7x1', narrow, 7, 1],
        ['Conv2d_0e_1x7', 192, 1, 7],
      ],
    },
  ];
  mixed(list, name, branches, 192);
}

/** From 17 x 17 to 8 x 8 pixels. */
function reductionB(list: ScopeList, name: string): void {
  const branches: readonly Branch[] = [
    {
      convolutions: [
        ['Conv2d_0a_1x1', 192, 1, 1],
        ['Conv2d_1a_3x3', 320, 3, 3, 'reduces'],
      ],
    },
    {
      convolutions: [
        ['Conv2d_0a_1x1', 192, 1, 1],
        ['Conv2d_0b_1x7', 192, 1, 7],
        ['Conv2d_0c_7x1', 192, 7, 1],
        ['Conv2d_1a_3x3', 192, 3, 3, 'reduces'],
      ],
    },
  ];
  mixed(list, name, branches, null);
}

/**
 * The paper's figure 7: the filter bank spread out, a row and a column side by side.
 *
 * @param column the name of the second branch's column
 */
function blockC(list: ScopeList, name: string, column: string): void {
  const branches: readonly Branch[] = [
    { convolutions: [['Conv2d_0a_1x1', 320, 1, 1]] },
    {
      convolutions: [['Conv2d_0a_1x1', 384, 1, 1]],
      spread: [
        ['Conv2d_0b_1x3', 384, 1, 3],
        [column, 384, 3, 1],
      ],
    },
    {
      convolutions: [
        ['Conv2d_0a_1x1', 448, 1, 1],
        ['Conv2d_0b_3x3', 384, 3, 3],
      ],
      spread: [
        ['Conv2d_0c_1x3', 384, 1, 3],
        ['Conv2d_0d_3x1', 384, 3, 1],
      ],
    },
  ];
  mixed(list, name, branches, 192);
}

function stem(list: ScopeList): void {
  const pool = { size: 3, stride: 2, padding: 'valid' } as const;
  list.startBlock('stem');
  list.normalised('Conv2d_1a_3x3', { filters: 32, size: [3, 3], stride: 2, padding: 'valid' }, RELU);
  list.normalised('Conv2d_2a_3x3', { filters: 32, size: [3, 3], padding: 'valid' }, RELU);
  list.normalised('Conv2d_2b_3x3', { filters: 64, size: [3, 3] }, RELU);
  list.pool('maxPool2d', 'MaxPool_3a_3x3', pool);
  list.normalised('Conv2d_3b_1x1', { filters: 80, size: [1, 1] }, RELU);
  list.normalised('Conv2d_4a_3x3', { filters: 192, size: [3, 3], padding: 'valid' }, RELU);
  list.pool('maxPool2d', 'MaxPool_5a_3x3', pool);
}

/**
 * Inception v3 as TF-slim builds it, without the auxiliary classifier, which only trains: "Rethinking the Inception
 * Architecture for Computer Vision" (Szegedy et al., 2015, https://arxiv.org/abs/1512.00567). Its last pooling is over all
 * pixels whatever the size of the image; TF-slim's is over eight by eight, which is all of them up to 300 pixels.
 */
export function slimInceptionV3({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ScopeList(size, {
    root: 'InceptionV3',
    kernel: { kind: 'heNormal' },
    bias: { kind: 'zeros' },
    // Without gamma: the activation after it is ReLU, and the next convolution can scale.
    batchNorm: { epsilon: 1e-3, momentum: 0.9997, scale: false },
  });
  stem(list);
  blockA(list, 'Mixed_5b', 32);
  blockA(list, 'Mixed_5c', 64, ['Conv2d_0b_1x1', 'Conv_1_0c_5x5']);
  blockA(list, 'Mixed_5d', 64);
  reductionA(list, 'Mixed_6a');
  blockB(list, 'Mixed_6b', 128);
  blockB(list, 'Mixed_6c', 160);
  blockB(list, 'Mixed_6d', 160);
  blockB(list, 'Mixed_6e', 192);
  reductionB(list, 'Mixed_7a');
  blockC(list, 'Mixed_7b', 'Conv2d_0b_3x1');
  blockC(list, 'Mixed_7c', 'Conv2d_0c_3x1');
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('Logits/AvgPool_1a_8x8', { keepDimensions: true });
    list.startBlock('top');
    list.dropout('Logits/Dropout_1b', 0.2);
    list.convolution('Logits/Conv2d_1c_1x1', { filters: top, size: [1, 1] }, { relu: false });
    list.squeeze('Logits/SpatialSqueeze', top);
  }
  return list.layers;
}
