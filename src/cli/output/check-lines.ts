import type { NetworkCheck, NetworkCheckMode } from '../../shared/contract/network-check.ts';
import { count, printable } from './format.ts';

/** How far an output lies from its reference: 1 is what float32 allows. */
function told(distance: number | null): string {
  if (distance === null) return 'of another shape, or no number';
  return `${distance < 10 ? distance.toPrecision(2) : distance.toExponential(1)} times what float32 allows`;
}

function modeLine({ folded, checkpoints, farthest, firstDifference }: NetworkCheckMode): string {
  const how = folded ? 'BatchNorm folded' : 'as published';
  if (firstDifference === null) {
    return `  ${how}: the output and ${count(checkpoints)} outputs on the way are equal (at most ${told(farthest)})`;
  }
  const { checkpoint, layer, distance } = firstDifference;
  const where = checkpoint === layer ? printable(layer) : `${printable(checkpoint)} (layer ${printable(layer)})`;
  return `  ${how}: differs first at ${where}: ${told(distance)}`;
}

/** What a check of a network found, the verdict first. */
export function checkLines({ network, framework, publishedAs, tensors, modes, equal }: NetworkCheck): string[] {
  const verdict = equal ? 'computes what' : 'does NOT compute what';
  return [
    `${network} ${verdict} ${printable(publishedAs)} of ${framework} does; ${count(tensors)} tensors filled by name`,
    ...modes.map(modeLine),
  ];
}
