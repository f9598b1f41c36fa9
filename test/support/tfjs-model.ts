import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { modelNetwork } from '../../src/engine/network/config/model-network.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';

type Config = Readonly<Record<string, unknown>>;

function layer(name: string, className: string, config: Config, input: string | null): Config {
  const inbound_nodes = input === null ? [] : [[[input, 0, 0, {}]]];
  return { name, class_name: className, config: { name, ...config }, inbound_nodes };
}

function functional(name: string, layers: readonly Config[], entry: string, exit: string): Config {
  const ends = { input_layers: [[entry, 0, 0]], output_layers: [[exit, 0, 0]] };
  return { class_name: 'Functional', config: { name, layers, ...ends } };
}

/** A small classifier of three classes, as tfjs saves it. @param size of its input; null for any */
export function smallModel(size: number | null): Config {
  const convolution = { filters: 8, kernel_size: [3, 3], strides: [2, 2], padding: 'same', activation: 'relu' };
  const layers = [
    layer('photo', 'InputLayer', { batch_input_shape: [null, size, size, 3] }, null),
    layer('scale', 'Rescaling', { scale: 1 / 255, offset: 0 }, 'photo'),
    layer('stem', 'Conv2D', convolution, 'scale'),
    layer('stem_bn', 'BatchNormalization', {}, 'stem'),
    layer('body', 'Conv2D', { ...convolution, filters: 12 }, 'stem_bn'),
    layer('pool', 'GlobalAveragePooling2D', {}, 'body'),
    layer('classes', 'Dense', { units: 3, activation: 'softmax' }, 'pool'),
  ];
  return functional('stripes_net', layers, 'photo', 'classes');
}

/** One with a layer of code within a model of its own. */
export function modelWithCode(): Config {
  const inner = functional(
    'block',
    [
      layer('given', 'InputLayer', { batch_input_shape: [null, 8, 8, 3] }, null),
      layer('code', 'Lambda', { function: ['4wEA'] }, 'given'),
    ],
    'given',
    'code',
  );
  const layers = [
    layer('photo', 'InputLayer', { batch_input_shape: [null, 8, 8, 3] }, null),
    { ...inner, name: 'block', inbound_nodes: [[['photo', 0, 0, {}]]] },
  ];
  return functional('secretive', layers, 'photo', 'block');
}

/** Writes a tfjs LayersModel with weights between -0.5 and 0.5. @returns its files, `model.json` first */
export function writeTfjsModel(folder: string, configuration: Config, weights = true): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const tensors = weights ? networkTensors(modelNetwork('model', configuration, 32).withTop) : [];
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const values = Float32Array.from({ length: count }, (_, index) => ((index * 7919) % 1000) / 1000 - 0.5);
  // Variances are not below zero.
  let at = 0;
  for (const { name, shape } of tensors) {
    const own = shape.reduce((product, size) => product * size, 1);
    if (name.endsWith('/moving_variance')) values.fill(1, at, at + own);
    at += own;
  }
  const manifest = [
    {
      paths: ['group1-shard1of1.bin'],
      weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    },
  ];
  const [model, shard] = [path.join(folder, 'model.json'), path.join(folder, 'group1-shard1of1.bin')];
  const topology = { keras_version: '2.15.0', backend: 'tensorflow', model_config: configuration };
  writeFileSync(model, JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: manifest }));
  writeFileSync(shard, Buffer.from(values.buffer));
  return [model, shard];
}
