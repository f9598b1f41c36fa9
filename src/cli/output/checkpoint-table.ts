import type { StoredCheckpoint } from '../../shared/contract/checkpoint.ts';
import { bytes, count, moment, share } from './format.ts';
import { table } from './table.ts';

const HEADER = ['step', 'epoch', 'val_loss', 'val_accuracy', 'size', 'written', 'kept as', 'folder'];

/** A run's checkpoints, one a line. */
export function checkpointTable(checkpoints: readonly StoredCheckpoint[]): string[] {
  const rows = checkpoints.map(({ step, epoch, kinds, path, bytes: size, writtenAt, val_loss, val_accuracy }) => [
    count(step),
    count(epoch),
    share(val_loss),
    share(val_accuracy),
    bytes(size),
    moment(writtenAt),
    kinds.join(', '),
    path,
  ]);
  return table([HEADER, ...rows], [0, 1, 2, 3, 4]);
}
