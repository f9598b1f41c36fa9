import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  addModelFolder,
  modelEnvironment,
  modelFile,
  openModel,
  recordOf,
  recordText,
} from '../../../../src/engine/network/config/model-record.ts';
import { withHead } from '../../../../src/engine/network/head.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { layerShapes } from '../../../../src/engine/network/shape.ts';
import { readModelConfiguration } from '../../../../src/engine/weights/model-configuration.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

type Config = Readonly<Record<string, unknown>>;

const MOST_WORK_MICROSECONDS = 60_000_000;
/** Files of megabytes, on a machine that may be busy. */
const MANY_LAYERS_MILLISECONDS = 300_000;

/** A layer of a functional model, called once with each list of names. */
function layer(name: string, className: string, from: readonly string[], config: Config = {}): Config {
  const inbound = from.length === 0 ? [] : [from.map((input) => [input, 0, 0, {}])];
  return { name, class_name: className, config: { name, ...config }, inbound_nodes: inbound };
}

const INPUT = layer('image', 'InputLayer', [], { batch_input_shape: [null, 16, 16, 3] });
const CONVOLUTION: Config = { filters: 4, kernel_size: [3, 3], padding: 'same' };

function functional(layers: readonly Config[], output: string, name = 'outer'): Config {
  return {
    class_name: 'Functional',
    config: { name, layers, input_layers: [['image', 0, 0]], output_layers: [[output, 0, 0]] },
  };
}

function opened(configuration: unknown) {
  return openModel(recordOf(configuration, null, null));
}

/** A model whose only layer of interest is this one. */
function alone(className: string, config: Config): Config {
  return functional([INPUT, layer('odd', className, ['image'], config)], 'odd');
}

describe('a whole model from elsewhere', () => {
  it('is called by what it consists of, and by how its images are prepared', () => {
    const model = functional([INPUT, layer('conv', 'Conv2D', ['image'], CONVOLUTION)], 'conv');
    const { name, preprocessing } = opened(model);
    expect(name).toMatch(/^model_[0-9a-f]{12}$/);
    expect(opened(structuredClone(model)).name).toBe(name);
    const unit = openModel(recordOf(model, null, 'unit'));
    expect(unit.name).not.toBe(name);
    expect([preprocessing.scale, preprocessing.offset]).toEqual([1 / 127.5, -1]);
    expect([unit.preprocessing.scale, unit.preprocessing.offset]).toEqual([1 / 255, 0]);
  });

  it('takes pixels as its own layers scale them at the input, and has no such layers', () => {
    const scaled = layer('scale', 'Rescaling', ['image'], { scale: 1 / 255, offset: [0, 0.5, 1] });
    const { preprocessing, withTop } = opened(
      functional([INPUT, scaled, layer('conv', 'Conv2D', ['scale'], CONVOLUTION)], 'conv'),
    );
    expect(preprocessing).toMatchObject({ scale: 1 / 255, offset: [0, 0.5, 1] });
    expect(withTop.layers.map(({ name }) => name)).toEqual(['image', 'conv']);
  });

  it.each([
    ['a dense layer upon pooling', ['GlobalAveragePooling2D', 'Dropout', 'Dense'], 'conv', [16, 16, 4]],
    ['a dense layer upon a flattened map', ['Flatten', 'Dense'], 'l0', [1024]],
    ['no classifier', ['MaxPooling2D'], 'l0', [8, 8, 4]],
  ] as const)('ends below %s', (_, kinds, output, shape) => {
    const above = kinds.map((kind, index) =>
      layer(`l${index}`, kind, [index === 0 ? 'conv' : `l${index - 1}`], {
        units: 5,
        rate: 0.5,
        activation: 'softmax',
      }),
    );
    const model = functional(
      [INPUT, layer('conv', 'Conv2D', ['image'], { ...CONVOLUTION, activation: 'relu' }), ...above],
      `l${kinds.length - 1}`,
    );
    const { withoutTop } = opened(model);
    expect(withoutTop.output).toBe(output);
    expect(layerShapes(withoutTop).get(output)).toEqual(shape);
  });

  it('takes a new head also where a layer below is called as one of its layers', () => {
    const below = layer('dropout', 'Dropout', ['image'], { rate: 0.1 });
    const convolution = layer('pooling', 'Conv2D', ['dropout'], CONVOLUTION);
    const { withoutTop } = opened(functional([INPUT, below, convolution], 'pooling'));
    const { layers } = withHead(withoutTop, { classes: 3, dropout: 0.2 });
    expect(layers.slice(3).map(({ name }) => name)).toEqual(['head_pooling', 'head_dropout', 'logits']);
  });

  it('puts models within it into itself, their names before those of their layers', () => {
    const block = (name: string, input: string): Config => ({
      ...functional([INPUT, layer('conv', 'Conv2D', ['image'], { ...CONVOLUTION, filters: 3 })], 'conv', name),
      name,
      // Keras 2 counts a model's own making as its first call.
      inbound_nodes: [[[input, input === 'image' ? 0 : 1, 0, {}]]],
    });
    const model = functional([INPUT, block('first', 'image'), block('second', 'first')], 'second');
    const config = model['config'] as Config;
    const { withTop } = opened({ ...model, config: { ...config, output_layers: [['second', 1, 0]] } });
    expect(withTop.layers.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['image'],
      ['first/conv', 'image'],
      ['second/conv', 'first/conv'],
    ]);
  });

  it('keeps a chain of ten thousand layers within its bounds, and no longer one', async () => {
    const chain = (count: number): Config => {
      const layers = Array.from({ length: count }, (_, index) =>
        layer(`a${index}`, 'Activation', [index === 0 ? 'image' : `a${index - 1}`], { activation: 'relu' }),
      );
      // The last comes first, so that every layer waits for all others.
      return functional([INPUT, ...layers.toReversed()], `a${count - 1}`);
    };
    expect(opened(chain(9_000)).withTop.layers).toHaveLength(9_001);
    await expectError(() => opened(chain(10_001)), 'network.invalid', '10000');
  });
});

describe('a model that was opened is found by its name', () => {
  const record = recordOf(functional([INPUT, layer('conv', 'Conv2D', ['image'], CONVOLUTION)], 'conv'), null, null);
  const { name } = openModel(record);
  const folder = temporaryFolder();
  addModelFolder(folder);

  it('where its record is kept as it was written, and with its own classes alone', async () => {
    await expectError(() => findNetwork(name), 'network.unknown', 'networks open');
    writeFileSync(modelFile(folder, name), recordText(record).replace('"filters":4', '"filters":5'));
    await expectError(() => findNetwork(name), 'network.invalid', 'changed since');
    writeFileSync(modelFile(folder, name), recordText(record));
    const entry = findNetwork(name);
    expect(entry.build().layers.map(({ name: own }) => own)).toEqual(['image', 'conv']);
    expect(findNetwork(name).build()).toBe(entry.build());
    await expectError(() => entry.buildWithTop(7), 'network.invalid', 'of 4 classes; received 7');
    expect(JSON.parse(modelEnvironment({})['THAW_MODELS'] ?? '')).toContain(folder);
  });
});

describe('a model that cannot be opened is refused', () => {
  const conv = layer('conv', 'Conv2D', ['image'], CONVOLUTION);
  const nestedLambda = {
    ...functional([INPUT, layer('code', 'Lambda', ['image'], { function: ['4wEA'] })], 'code', 'block'),
    name: 'block',
    inbound_nodes: [[['image', 0, 0, {}]]],
  };
  let deep: Config = functional([INPUT, conv], 'conv');
  for (let depth = 0; depth < 20; depth += 1) {
    deep = { class_name: 'Sequential', name: 'deeper', config: { name: 'deeper', layers: [deep] } };
  }
  let deepValue: unknown = {};
  for (let depth = 0; depth < 100_000; depth += 1) deepValue = [deepValue];
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['code of its own', functional([INPUT, nestedLambda], 'block'), 'outer.block.code: Lambda is not supported'],
    ['a class of its own', { class_name: 'Mine', config: {} }, 'found "Mine"'],
    [
      'a registered class under a known name',
      functional([INPUT, { ...conv, registered_name: 'mine>Conv2D' }], 'conv'),
      'outer.conv: mine>Conv2D',
    ],
    ['layers that change images', alone('RandomFlip', {}), 'outer.odd: RandomFlip is not supported'],
    ['an unknown activation', alone('Activation', { activation: 'mish' }), 'activation "mish"'],
    ["Keras 2's hard sigmoid", alone('Activation', { activation: 'hard_sigmoid' }), 'Keras 2'],
    ['channels first', alone('Conv2D', { ...CONVOLUTION, data_format: 'channels_first' }), 'channels_last'],
    ['another axis', alone('BatchNormalization', { axis: 1 }), 'axis 1'],
    ['doubles', alone('Conv2D', { ...CONVOLUTION, dtype: 'float64' }), 'outer.odd: the dtype "float64"'],
    ['no filters', alone('Conv2D', { kernel_size: 3 }), 'filters nothing'],
    ['filters beyond measure', alone('Conv2D', { ...CONVOLUTION, filters: 1e15 }), 'filters 1000000000000000'],
    ['dropping more channels than there are', alone('SpatialDropout2D', { rate: 1 }), 'rate 1'],
    ['a normalization that nobody told its mean', alone('Normalization', {}), 'outer.odd: Normalization has a mean'],
    [
      'a normalization behind other layers',
      functional([INPUT, conv, layer('late', 'Normalization', ['conv'], { mean: 1, variance: 4 })], 'late'),
      'outer.late: Normalization by numbers is supported at the input alone',
    ],
    ["Keras 1's class", alone('Convolution2D', { nb_filter: 2 }), 'outer.odd: models of Keras 1 are not opened'],
    ["Keras 1's option", alone('Dense', { output_dim: 2, init: 'glorot_uniform' }), "the option init is Keras 1's"],
    ['a shape that does not fit', alone('Reshape', { target_shape: [7, -1] }), "Layer 'odd'"],
    ['dense upon an image', alone('Dense', { units: 4 }), "Layer 'odd'"],
    [
      'layers in a circle',
      functional([INPUT, layer('a', 'Add', ['image', 'b']), layer('b', 'ReLU', ['a'])], 'b'),
      'circle',
    ],
    ['a missing input', functional([INPUT, layer('a', 'ReLU', ['nowhere'])], 'a'), 'outer.nowhere'],
    ['a layer without calls', functional([INPUT, layer('a', 'ReLU', [])], 'a'), 'outer.a'],
    ['no layers', functional([], 'a'), 'has none'],
    ['two layers of one name', functional([INPUT, conv, conv], 'conv'), 'two have the same'],
    ['weights that are shared', shared(), 'outer.conv: it is called twice'],
    [
      'images of two channels',
      functional([layer('image', 'InputLayer', [], { batch_input_shape: [null, 8, 8, 2] })], 'image'),
      'one or three channels',
    ],
    [
      'huge images',
      functional([layer('image', 'InputLayer', [], { batch_input_shape: [null, 1e9, 8, 3] })], 'image'),
      '1024',
    ],
    ['models too deep within one another', deep, '16 deep'],
    ['a configuration too deep', { class_name: 'Functional', config: { deepValue } }, '100 levels'],
    ['a list', [], 'an object'],
    [
      'a million layers',
      { class_name: 'Sequential', config: Array.from({ length: 1e6 }, () => ({})) },
      '1000000 layers',
    ],
  ];

  function shared(): Config {
    const twice = { ...conv, inbound_nodes: [[['image', 0, 0, {}]], [['conv', 0, 0, {}]]] };
    const model = functional([INPUT, { ...twice, config: { ...CONVOLUTION, name: 'conv', filters: 3 } }], 'conv');
    return { ...model, config: { ...(model['config'] as Config), output_layers: [['conv', 1, 0]] } };
  }

  it.each(cases)('for %s', async (_, configuration, words) => {
    // What this thread worked, however busy the machine is.
    const before = process.threadCpuUsage();
    await expectError(() => opened(configuration), 'network.invalid', words);
    const { user, system } = process.threadCpuUsage(before);
    expect(user + system).toBeLessThan(MOST_WORK_MICROSECONDS);
  });

  const manyLayers = Array.from({ length: 1e6 }, () => ({}));
  it.each([
    ['a Sequential model of Keras 2.1', { class_name: 'Sequential', config: manyLayers }],
    ['a Sequential model', { class_name: 'Sequential', config: { layers: manyLayers } }],
    ['a functional model', functional(manyLayers, 'last')],
  ])(
    'for a million layers that a file lists as %s',
    { timeout: MANY_LAYERS_MILLISECONDS },
    async (_, configuration) => {
      const file = path.join(temporaryFolder(), 'model.json');
      writeFileSync(file, JSON.stringify({ modelTopology: { model_config: configuration }, weightsManifest: [] }));
      const read = await readModelConfiguration(file);
      await expectError(() => opened(read), 'network.invalid', '1000000 layers');
    },
  );
});
