import { createHash } from 'node:crypto';
import type { Network } from '../network/layer.ts';
import { matchWeights } from './load.ts';
import { withNetworkNames } from './network-names.ts';
import type { TensorEntry, WeightsFile } from './weights-file.ts';

/** The weights of one part of a fused network. */
export interface PartFile {
  /** What stands before the names of its layers in the fused network. */
  readonly prefix: string;
  /** By itself, without its published classifier. */
  readonly network: Network;
  /** Under the names that a user's rules leave. */
  readonly file: WeightsFile;
}

/**
 * The weights of a fused network as one file, its tensors by the fused network's names.
 *
 * @throws ThawError `weights.mismatch` for a file that is not of its part, `usage.invalid` for a rule
 */
export function fuseWeights(parts: readonly PartFile[]): WeightsFile {
  const tensors = new Map<string, TensorEntry>();
  const reads = new Map<string, () => Float32Array>();
  for (const { prefix, network, file } of parts) {
    // The larger part would hide it otherwise.
    matchWeights(network, file);
    const named = withNetworkNames(network, file);
    for (const [name, entry] of named.tensors) {
      const own = `${prefix}/${name}`;
      tensors.set(own, { ...entry, storedName: `${prefix}/${entry.storedName}` });
      reads.set(own, () => named.read(name));
    }
  }
  return {
    path: parts.map(({ file }) => file.path).join(' + '),
    format: 'fused',
    framework: null,
    sha256: createHash('sha256')
      .update(parts.map(({ file }) => file.sha256).join('\n'))
      .digest('hex'),
    tensors,
    read: (name) => {
      const read = reads.get(name);
      if (!read) throw new TypeError(`The fused weights have no tensor '${name}'.`);
      return read();
    },
    close: () => {
      for (const { file } of parts) file.close();
    },
  };
}
