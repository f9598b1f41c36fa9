import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { openModel, recordOf } from '../../network/config/model-record.ts';
import { networkTensors } from '../../network/shape.ts';
import { loadWeights } from '../../weights/load.ts';
import { readModelConfiguration } from '../../weights/model-configuration.ts';
import { openWeights } from '../../weights/open.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { predictedByGraph } from '../graph-prediction.ts';
import type { TestImages } from '../reference-images.ts';

/**
 * A file of a whole model as Thaw reads it when somebody opens it: its configuration as a network, its weights in that.
 *
 * @throws ThawError `network.invalid`, `weights.unreadable`; `export.differs` for weights that are not there again
 */
async function readModel(file: string, classes: readonly string[]): Promise<ExportedNetwork> {
  const record = recordOf(await readModelConfiguration(file), null, 'raw');
  const { withTop: network, preprocessing } = openModel(record);
  const weights = await openWeights(file);
  try {
    const { tensors, report } = loadWeights(network, weights);
    const lost = [...report.missing, ...report.skippedByShape.map(({ name }) => name)];
    if (lost.length > 0) {
      throw new ThawError(
        'export.differs',
        `A model that was written has all of its weights; ${path.basename(file)} lacks ${lost.slice(0, 3).join(', ')}. Nothing was kept of it.`,
        'This is a defect of Thaw: report it with the name of the network.',
      );
    }
    return { network, preprocessing, classes, values: tensors };
  } finally {
    weights.close();
  }
}

/**
 * What a file of a whole model predicts once it is read back.
 *
 * @returns float32 [images, classes]
 * @throws ThawError as `openWeights` and `openModel`, `export.differs`
 */
export async function predictedByReader(
  file: string,
  images: TestImages,
  classes: readonly string[],
): Promise<Float32Array> {
  const model = await readModel(file, classes);
  if (networkTensors(model.network).length === 0) throw new TypeError('The model has no weights.');
  return predictedByGraph(model, images, path.dirname(file));
}
