import type { HeadDesign } from '../../src/shared/contract/head-design.ts';
import { USUAL_HEAD } from '../../src/shared/contract/head-design.ts';
import type { ExportedNetwork } from '../../src/engine/export/exported-network.ts';
import { predictedByGraph } from '../../src/engine/export/graph-prediction.ts';
import { testImages, type TestImages } from '../../src/engine/export/reference-images.ts';
import { withHead } from '../../src/engine/network/head.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { livelyValues } from './lively-values.ts';

/** A head of everything that one may have. */
export const DESIGNED: HeadDesign = {
  ...USUAL_HEAD,
  pooling: 'max',
  temperature: 2,
  hidden: [
    { kind: 'conv', filters: 8, activation: 'gelu', batchNorm: true, dropout: 0 },
    { kind: 'dense', units: 16, activation: 'relu6', batchNorm: false, dropout: 0.5 },
    { kind: 'dense', units: 12, activation: 'swish', batchNorm: true, dropout: 0.1 },
  ],
};

/** A network to export, with values that all show in what it predicts. */
export function exportedOf(name: string, head: 'softmax' | 'sigmoid', design = USUAL_HEAD): ExportedNetwork {
  const entry = findNetwork(name);
  const classes = head === 'sigmoid' ? ['ants', 'bees'] : ['ants', 'bees', 'crickets'];
  const network = withHead(entry.build(), { classes: classes.length, dropout: 0.2, head, design });
  return { network, preprocessing: entry.preprocessing, classes, values: livelyValues(network) };
}

/** How far the probabilities of a class lie apart, of the class of which they do most: float32 [images, classes]. */
function spreadOf(probabilities: Float32Array, classes: number): number {
  const spreads = Array.from({ length: classes }, (_, index) => {
    const own = probabilities.filter((_, place) => place % classes === index);
    return Math.max(...own) - Math.min(...own);
  });
  return Math.max(...spreads);
}

/** Kernels by what keeps a signal as strong as it comes in (He et al. 2015, section 2.2), times a factor. */
function amplified({ network, values }: ExportedNetwork, factor: number): ExportedNetwork['values'] {
  const amplifiedValues = new Map(values);
  for (const { name, role, shape } of networkTensors(network)) {
    const own = values.get(name);
    if (!role.endsWith('kernel') || !own) continue;
    const inputs = role === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1);
    const wanted = factor * Math.sqrt(2 / inputs.reduce((product, size) => product * size, 1));
    const found = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length);
    amplifiedValues.set(
      name,
      own.map((value) => (value * wanted) / found),
    );
  }
  return amplifiedValues;
}

const FACTORS = [1, 1.05, 1.1, 1.15, 1.2, 0.9, 0.8, 0.7];
/** What predicts the same of all images would agree with anything, and so would what is sure of everything. */
const [LEAST_SPREAD, MOST_SPREAD] = [0.03, 0.97];

/**
 * A network to export that tells the images of its test apart: deep in one whose values are drawn a signal dies away, or
 * drowns all else, and models that give the same for every image agree whatever is wrong with them.
 *
 * @param folder for what lies there meanwhile
 * @returns it with the test images, and what Thaw's graph makes of them: float32 [images, classes]
 */
export async function tellingModel(
  folder: string,
  ...[name, head, design]: Parameters<typeof exportedOf>
): Promise<{ readonly model: ExportedNetwork; readonly images: TestImages; readonly probabilities: Float32Array }> {
  const drawn = exportedOf(name, head, design);
  const images = await testImages([], drawn.preprocessing);
  for (const values of [drawn.values, ...FACTORS.map((factor) => amplified(drawn, factor))]) {
    const model = { ...drawn, values };
    const probabilities = await predictedByGraph(model, images, folder);
    const spread = spreadOf(probabilities, model.classes.length);
    if (spread > LEAST_SPREAD && spread < MOST_SPREAD) return { model, images, probabilities };
  }
  throw new TypeError(`'${name}' tells no images apart.`);
}
