import type { Request } from '../../shared/contract/endpoint.ts';
import type { NetworkDetail } from '../../shared/contract/network-detail.ts';
import type { TensorSpecification } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { findNetwork } from '../network/registry.ts';
import { elementCount, isStatistic, layerShapes, networkTensors } from '../network/shape.ts';
import { layerSettings } from './layer-settings.ts';

function counted(tensors: readonly TensorSpecification[]): number {
  return tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Answers are data of their own, which whoever asked may change. */
function copied(values: Preprocessing['scale']): NetworkDetail['preprocessing']['scale'] {
  return typeof values === 'number' ? values : [...values];
}

/**
 * A network, layer by layer.
 *
 * @throws ThawError `network.unknown`
 */
export function showNetwork({ name, classes }: Request<'networks.show'>): NetworkDetail {
  const entry = findNetwork(name);
  const network = classes === undefined ? entry.build() : entry.buildWithTop(classes);
  const shapes = layerShapes(network);
  const tensors = networkTensors(network);
  const ofLayers = Map.groupBy(tensors, ({ layer }) => layer);
  const layers = network.layers.map((layer) => {
    const own = ofLayers.get(layer.name) ?? [];
    return {
      name: layer.name,
      kind: layer.kind,
      settings: layerSettings(layer),
      block: layer.block,
      inputs: [...layer.inputs],
      outputShape: [...(shapes.get(layer.name) ?? [])],
      parameters: counted(own),
      tensors: own.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] })),
    };
  });
  const { preprocessing } = entry;
  return {
    name: entry.name,
    aliases: [...entry.aliases],
    family: entry.family,
    publisher: entry.publisher,
    source: entry.source,
    shipped: entry.shipped !== null,
    preprocessing: {
      ...preprocessing,
      scale: copied(preprocessing.scale),
      offset: copied(preprocessing.offset),
    },
    inputShape: layers.find(({ kind }) => kind === 'input')?.outputShape ?? [],
    sizes: entry.sizes && { ...entry.sizes },
    outputShape: [...(shapes.get(network.output) ?? [])],
    parameters: counted(tensors),
    statistics: counted(tensors.filter(isStatistic)),
    blocks: [...Map.groupBy(layers, ({ block }) => block)].map(([block, own]) => ({
      name: block,
      layers: own.length,
      parameters: own.reduce((sum, { parameters }) => sum + parameters, 0),
    })),
    layers,
  };
}
