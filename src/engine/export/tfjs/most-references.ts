import { MOST_REFERENCES } from '../../../shared/contract/model-export.ts';
import { multiplyAdds } from '../../cost/multiply-adds.ts';
import type { Network } from '../../network/layer.ts';
import { layerShapes } from '../../network/shape.ts';

/** WebAssembly, on a single core, takes some seconds for as many. */
const MOST_MULTIPLY_ADDS = 12e9;

/** How many images of the validation tfjs predicts in a few seconds: at least one. */
export function mostReferences(network: Network): number {
  const shapes = layerShapes(network);
  const each = network.layers.reduce((sum, layer) => {
    const input = shapes.get(layer.inputs[0] ?? '') ?? [];
    return sum + multiplyAdds(layer, input, shapes.get(layer.name) ?? []);
  }, 0);
  return Math.min(MOST_REFERENCES, Math.max(1, Math.floor(MOST_MULTIPLY_ADDS / each)));
}
