import { hash } from 'node:crypto';

/**
 * Tells sets of labelled images apart, wherever the images lie and in whatever order.
 *
 * @param contentHashes SHA-256 in hex
 * @param labels positions in the run's classes
 * @returns 12 hexadecimal digits
 */
export function imagesKey(contentHashes: readonly string[], labels: Int32Array): string {
  const lines = contentHashes.map((contentHash, row) => `${contentHash} ${labels[row] ?? 0}`).sort();
  return hash('sha256', lines.join('\n'), 'hex').slice(0, 12);
}
