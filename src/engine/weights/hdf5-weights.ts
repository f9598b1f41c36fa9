import { DTYPE_BYTES, toFloat32 } from './dtype.ts';
import { noSuchTensor } from './files.ts';
import type { Hdf5Place } from './hdf5-task.ts';
import { openHdf5 } from './hdf5-thread.ts';
import type { LayerConfiguration } from './keras-config.ts';
import type { StoredWeights } from './weights-file.ts';

/**
 * Opens the weights that Keras keeps in an HDF5 file, or in a part of another file that is one.
 *
 * @param configurations of the layers by their paths, of the archive that the file lies in; null for a file of its own
 * @throws ThawError `weights.unreadable` for one that is damaged, or not Keras'
 */
export async function openHdf5Weights(
  place: Hdf5Place,
  configurations: ReadonlyMap<string, LayerConfiguration> | null,
): Promise<StoredWeights> {
  const { path } = place;
  const { result, read, close } = await openHdf5(place, { kind: 'weights', configurations });
  const { format, tensors } = result;
  return {
    path,
    format,
    framework: 'keras',
    files: [path],
    tensors,
    read: (name) => {
      const found = tensors.get(name);
      if (found === undefined) throw noSuchTensor(path, name);
      const { shape, dtype, dataset } = found;
      const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
      return toFloat32(read(dataset, bytes), dtype);
    },
    close,
  };
}
