import { openWeights } from './open.ts';
import type { WeightsFile } from './weights-file.ts';

type Config = Record<string, unknown>;

/** Of a mean or a variance: one for each channel of an image. */
const MOST_VALUES = 3;

function asConfig(value: unknown): Config | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : null;
}

/** The configurations of layers that adapted themselves to images: what they learnt stands among the weights. */
function adaptedLayers(configuration: unknown): readonly Config[] {
  const found: Config[] = [];
  const open: unknown[] = [configuration];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const layer = asConfig(next);
    const config = asConfig(layer?.['config']);
    const isOpen = (config?.['mean'] ?? config?.['variance'] ?? null) === null;
    if (config && layer?.['class_name'] === 'Normalization' && isOpen) found.push(config);
    const inner = config?.['layers'] ?? layer?.['config'];
    // One by one: of a long list not all fit into a call.
    if (Array.isArray(inner)) for (const one of inner as unknown[]) open.push(one);
  }
  return found;
}

/** What a file has learnt for the layer of this name; null where it holds nothing of it, or for several such layers. */
function statisticsIn(
  file: WeightsFile,
  layer: string,
): { readonly mean: number[]; readonly variance: number[] } | null {
  const stems = [...file.tensors.keys()].flatMap((name) => {
    const stem = name.endsWith('/mean') ? name.slice(0, -'/mean'.length) : null;
    return stem !== null && stem.split('/').at(-1) === layer ? [stem] : [];
  });
  const [stem, ...others] = stems;
  if (stem === undefined || others.length > 0) return null;
  const valuesOf = (role: string): number[] | null => {
    const shape = file.tensors.get(`${stem}/${role}`)?.shape;
    const count = shape?.reduce((product, size) => product * size, 1) ?? 0;
    return count > 0 && count <= MOST_VALUES ? [...file.read(`${stem}/${role}`)] : null;
  };
  const [mean, variance] = [valuesOf('mean'), valuesOf('variance')];
  return mean && variance ? { mean, variance } : null;
}

/**
 * Puts into a model's configuration what its Normalization layers have learnt from images: their mean and variance stand in
 * the file's weights, where the author did not give them. The configuration is changed in place.
 *
 * @param path of the file that it came from
 * @throws ThawError `weights.unreadable`
 */
export async function fillNormalization(configuration: unknown, path: string): Promise<void> {
  const layers = adaptedLayers(configuration);
  if (layers.length === 0) return;
  const file = await openWeights(path);
  try {
    for (const config of layers) {
      const found = typeof config['name'] === 'string' ? statisticsIn(file, config['name']) : null;
      if (found) Object.assign(config, found);
    }
  } finally {
    file.close();
  }
}
