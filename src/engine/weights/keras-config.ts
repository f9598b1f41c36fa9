import { z } from 'zod';

const DEEPEST = 16;

/** What a model's configuration says of a layer's variables. */
export interface LayerConfiguration {
  readonly name: string;
  /** Of a normalization: whether it has a gamma. */
  readonly scale: boolean;
  /** Of a normalization: whether it has a beta. */
  readonly center: boolean;
}

const layerSchema = z.object({
  class_name: z.string(),
  config: z.object({
    name: z.string().optional(),
    scale: z.boolean().optional(),
    center: z.boolean().optional(),
    layers: z.array(z.unknown()).optional(),
  }),
});

/** `BatchNormalization` becomes `batch_normalization`, as Keras' files name classes. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function collect(found: Map<string, LayerConfiguration>, model: unknown, path: string, depth: number): void {
  const parsed = layerSchema.safeParse(model);
  if (!parsed.success || depth > DEEPEST) return;
  const counts = new Map<string, number>();
  for (const layer of parsed.data.config.layers ?? []) {
    const own = layerSchema.safeParse(layer);
    if (!own.success) continue;
    const { class_name: className, config } = own.data;
    const kind = snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const place = `${path}layers/${kind}${count === 0 ? '' : `_${count}`}`;
    const { name = '', scale = true, center = true } = config;
    found.set(place, { name, scale, center });
    collect(found, layer, `${place}/`, depth + 1);
  }
}

/**
 * What the configuration of a Keras model says of its layers, by their paths in the file of its weights: there layers are
 * called by their classes and counted, model by model.
 */
export function layerConfigurations(configuration: unknown): ReadonlyMap<string, LayerConfiguration> {
  const found = new Map<string, LayerConfiguration>();
  collect(found, configuration, '', 0);
  return found;
}
