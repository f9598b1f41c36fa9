import type { Transport } from '../../shared/contract/endpoint.ts';

/**
 * Fetches a file that the engine keeps for this window, piece by piece: what is saved need not fit into one message, and what
 * was fetched is the browser's to keep, in memory or on its disk.
 *
 * @param isWanted asked after each piece
 * @param onBytes told how many there are
 * @returns null once it is not wanted any more
 */
export async function fetchFile(
  transport: Pick<Transport, 'invoke'>,
  grantId: string,
  isWanted: () => boolean,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<Blob | null> {
  let file = new Blob();
  for (;;) {
    const { bytes, last } = await transport.invoke('files.read', { grantId, offset: file.size });
    file = new Blob([file, new Uint8Array(bytes)]);
    if (!isWanted()) return null;
    onBytes(file.size);
    if (last) return file;
  }
}
