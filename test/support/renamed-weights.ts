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

/** Writes zeros for a network of PyTorch's in its own names and layout: kernels are [out, in, height, width] there. */
export async function writeTorchWeights(file: string, networkName: string): Promise<void> {
  const tensors = networkTensors(findNetwork(networkName).build()).map(({ name, shape }) => {
    const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
    const stored = shape.length === 4 ? [outputs, inputs, height, width] : shape;
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return [name.replace('/kernel', '.weight').replace('/bias', '.bias'), { shape: stored, data }] as const;
  });
  await writeSafetensors(file, new Map(tensors), {});
}
