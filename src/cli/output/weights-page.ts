import type { WeightsListing } from '../../shared/contract/weights-listing.ts';
import { bytes, count, printable } from './format.ts';
import { table } from './table.ts';

const HEADER = ['tensor', 'shape', 'type', 'size', 'in the file'];

/** What a weight file lists, a line a tensor. */
export function weightsPage({ path, format, framework, bytes: size, tensors }: WeightsListing): string[] {
  const weights = tensors.filter(({ weight }) => weight).length;
  const others = tensors.length - weights;
  const names = framework === null ? '' : `, named as ${framework} does`;
  const rows = tensors.map(({ name, storedName, shape, dtype, bytes: own, weight }) => [
    printable(name),
    `[${shape.join(', ')}]`,
    weight ? dtype : `${dtype}, no weight`,
    bytes(own),
    storedName === name ? '' : printable(storedName),
  ]);
  return [
    `${printable(path)}: ${format}${names}, ${bytes(size)}, ${count(weights)} weights${others === 0 ? '' : ` and ${count(others)} other tensors`}`,
    ...(format === 'tensorflow-graph' || format === 'tensorflow-saved-model'
      ? ['It is a graph as well: `thaw networks open` makes of it a network that gives features and is never trained.']
      : []),
    ...(tensors.length === 0 ? [] : ['', ...table([HEADER, ...rows], [3])]),
  ];
}
