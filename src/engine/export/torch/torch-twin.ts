import type { Network } from '../../network/layer.ts';
import { classifierOf } from '../../network/head.ts';
import { findNetwork } from '../../network/registry.ts';

/** How torchvision's own network of the same design takes a state dictionary. */
export interface TorchTwin {
  /** The path of the module that the classifier is in it. */
  readonly classifier: string;
  /** Python that makes it as `model`, given `torch.nn` and `torchvision`. */
  readonly lines: readonly string[];
}

/** Where torchvision's classifier stands, and whether it must be replaced: it is not the one of a single layer. */
const PLACES: readonly (readonly [RegExp, string, 'own' | 'replaced' | 'pooled'])[] = [
  [/^resnet/, 'fc', 'own'],
  [/^inception_v3/, 'fc', 'own'],
  [/^densenet/, 'classifier', 'own'],
  [/^(?:mobilenet_v2|efficientnet)/, 'classifier.1', 'own'],
  [/^(?:vgg|alexnet|mobilenet_v3)/, 'classifier', 'replaced'],
  [/^squeezenet/, 'classifier.2', 'pooled'],
];

/** What torchvision's constructor takes beside the number of classes. */
function further(family: string): string {
  return family.startsWith('inception_v3') ? ', aux_logits=False, init_weights=False, transform_input=False' : '';
}

/**
 * The twin of a network with the usual head: torchvision's of the same design. null where the head is another, or where
 * torchvision has no such network.
 */
export function torchTwin(network: Network): TorchTwin | null {
  const family = network.family.replace(/@torch$/, '');
  const found = PLACES.find(([pattern]) => pattern.test(family));
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const logits = layers.get(network.output);
  if (!found || family === network.family || logits?.kind !== 'dense' || classifierOf(network) !== logits.name)
    return null;
  // Below it only dropout and the average over what the published network gives.
  let below = layers.get(logits.inputs[0] ?? '');
  if (below?.kind === 'dropout') below = layers.get(below.inputs[0] ?? '');
  if (below?.kind !== 'globalAveragePooling2d' || below.inputs[0] !== findNetwork(network.name).build().output)
    return null;
  const [, classifier, place] = found;
  const outputs = logits.units;
  const make = (classes: string): string => `model = torchvision.models.${family}(${classes}${further(family)})`;
  if (place === 'own') return { classifier, lines: [make(`num_classes=${outputs}`)] };
  const linear = `torch.nn.LazyLinear(${outputs})`;
  const average = 'torch.nn.AdaptiveAvgPool2d(1)';
  return {
    classifier,
    lines:
      place === 'replaced'
        ? [make('').replace('(, ', '('), `model.avgpool, model.classifier = ${average}, ${linear}`]
        : [make(''), `model.classifier = torch.nn.Sequential(${average}, torch.nn.Flatten(), ${linear})`],
  };
}
