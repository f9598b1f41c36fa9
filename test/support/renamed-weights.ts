import { findNetwork } from '../../src/engine/network/registry.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { initialValues } from '../../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../../src/engine/weights/safetensors-writer.ts';

/** Writes a network's own tensors, as they are drawn, under the names that another program gives them. */
export async function writeRenamedWeights(
  file: string,
  networkName: string,
  rename: (name: string) => string,
  seed = 5,
): Promise<void> {
  const network = findNetwork(networkName).build();
  const values = initialValues(network, seed);
  const tensors = networkTensors(network).map(
    ({ name, shape }) => [rename(name), { shape, data: values.get(name) ?? new Float32Array() }] as const,
  );
  await writeSafetensors(file, new Map(tensors), {});
}
