import { USUAL_HEAD, type HeadDesign } from '../../shared/contract/head-design.ts';
import type { Head } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { cutBase } from './cut-base.ts';
import { headInitializer, hiddenLayers } from './hidden-layers.ts';
import type { Layer, Network } from './layer.ts';
import { elementCount, layerShapes, networkTensors, type Shape } from './shape.ts';

/** The layer whose output is the new classifier's logits, but for a temperature. */
const LOGITS_LAYER = 'logits';

/** A quarter of a gigabyte of values in one kernel: 2.7 times the largest published one, of VGG's first dense layer. */
const LARGEST_KERNEL = 2 ** 28;

export interface HeadOptions {
  readonly classes: number;
  /** Share of the classifier's inputs dropped while training, in [0, 1); 0 adds no layer. */
  readonly dropout: number;
  /** `softmax` where it is left out. */
  readonly head?: Head;
  /** The usual one where it is left out: a global average and the classifier. */
  readonly design?: HeadDesign;
}

/** @throws ThawError `usage.invalid` for a sigmoid over more or fewer than two classes */
function logitCount(classes: number, head: Head): number {
  if (head === 'softmax') return classes;
  if (classes === 2) return 1;
  throw new ThawError(
    'usage.invalid',
    `A sigmoid head tells two classes apart; this dataset has ${classes}.`,
    'Choose the softmax head, which takes any number of classes.',
  );
}

function expectFit({ hidden, initializer }: HeadDesign, base: Network, shape: Shape): void {
  const convolution = hidden.findIndex(({ kind }) => kind === 'conv');
  const dense = hidden.findIndex(({ kind }) => kind === 'dense');
  if (convolution !== -1 && shape.length !== 3) {
    throw new ThawError(
      'usage.invalid',
      `A convolution of a head needs feature maps; '${base.output}' of ${base.name} gives [${shape.join(', ')}].`,
      'Use dense layers, or put the head on a layer below the pooling.',
    );
  }
  if (dense !== -1 && hidden.slice(dense).some(({ kind }) => kind === 'conv')) {
    throw new ThawError(
      'usage.invalid',
      'The convolutions of a head stand below its pooling, and dense layers above; received a convolution after a dense layer.',
      'Put the convolutions first.',
    );
  }
  if (initializer === 'zeros' && hidden.length > 0) {
    throw new ThawError(
      'usage.invalid',
      `Hidden layers whose kernels begin at zero get no gradient; received the initialiser zeros with ${hidden.length} of them.`,
      'Choose another initialiser, or leave the hidden layers out.',
    );
  }
}

/** Refuses kernels that nobody means, before anything is allocated. */
function expectBounded(head: Network): void {
  for (const { layer, role, shape } of networkTensors(head)) {
    const values = elementCount(shape);
    if (role !== 'kernel' || values <= LARGEST_KERNEL || head.pretrained.has(layer)) continue;
    throw new ThawError(
      'usage.invalid',
      `A kernel of a head has at most ${LARGEST_KERNEL.toLocaleString('en-US')} values; '${layer}' would have ${shape.join(' x ')} = ${values.toLocaleString('en-US')}.`,
      'Pool by average or maximum in place of flattening, or use fewer units.',
    );
  }
}

/** Feature maps as a vector, in whatever way. */
function poolingLayers(pooling: HeadDesign['pooling'], map: Shape, input: string, block: string): readonly Layer[] {
  const [height = 1, width = 1] = map;
  const flat = (name: string): Layer => ({
    kind: 'reshape',
    shape: [elementCount(map)],
    name,
    inputs: [input],
    block,
  });
  switch (pooling) {
    case 'average':
      return [{ kind: 'globalAveragePooling2d', keepDimensions: false, name: 'pooling', inputs: [input], block }];
    case 'flatten':
      return [flat('pooling')];
    case 'max':
      return [
        {
          kind: 'maxPool2d',
          poolSize: [height, width],
          strides: [1, 1],
          padding: 'valid',
          name: 'maximum',
          inputs: [input],
          block,
        },
        { kind: 'reshape', shape: [map[2] ?? 1], name: 'pooling', inputs: ['maximum'], block },
      ];
  }
}

/**
 * Puts a new classifier on a network without top: convolutions, a pooling, dense layers and dropout where they are asked for,
 * and a dense layer of one logit a class, or of a single one, the second class's, for a sigmoid. Usually that is a global
 * average and the last.
 *
 * @throws ThawError `usage.invalid` for a sigmoid over more or fewer than two classes, and for a design that the network does
 *   not fit
 */
export function withHead(network: Network, options: HeadOptions): Network {
  const { dropout, design = USUAL_HEAD } = options;
  const units = logitCount(options.classes, options.head ?? 'softmax');
  const base = cutBase(network, design.base);
  const layers: Layer[] = [...base.layers];
  const taken = new Set(layers.map(({ name }) => name));
  // Whole models from elsewhere may have a layer of that name below.
  const free = (name: string): string => (taken.has(name) ? `head_${name}` : name);
  let input = base.output;
  const add = (added: readonly Layer[]): void => {
    for (const layer of added) {
      layers.push({ ...layer, name: free(layer.name), inputs: [input] });
      input = free(layer.name);
    }
  };
  const shape = layerShapes(base).get(input) ?? [];
  expectFit(design, base, shape);
  const kernelInitializer = headInitializer(design);
  const block = 'head';
  const addHidden = (kind: 'conv' | 'dense'): void => {
    design.hidden.forEach((hidden, index) => {
      if (hidden.kind === kind) add(hiddenLayers(hidden, `hidden_${index + 1}`, input, kernelInitializer));
    });
  };
  addHidden('conv');
  const channels = design.hidden.findLast((hidden) => hidden.kind === 'conv')?.filters;
  const map = channels === undefined ? shape : [...shape.slice(0, 2), channels];
  if (map.length === 3) add(poolingLayers(design.pooling, map, input, channels === undefined ? 'pooling' : block));
  addHidden('dense');
  if (dropout > 0) add([{ kind: 'dropout', rate: dropout, name: 'dropout', inputs: [input], block }]);
  layers.push({ kind: 'dense', units, useBias: true, kernelInitializer, name: LOGITS_LAYER, inputs: [input], block });
  input = LOGITS_LAYER;
  const { temperature } = design;
  if (temperature !== 1) {
    add([{ kind: 'rescaling', scale: 1 / temperature, offset: 0, name: 'temperature', inputs: [input], block }]);
  }
  const headed = { ...base, layers, output: input };
  expectBounded(headed);
  return headed;
}

/** The dense layer of a network with a head that gives its logits. */
export function classifierOf({ layers, output }: Network): string {
  const last = layers.find(({ name }) => name === output);
  return last?.kind === 'rescaling' ? (last.inputs[0] ?? output) : output;
}
