import { quote } from '../../../shared/csv/quote.ts';
import type { MappedTensor, MappingState, WeightsMap } from '../../../shared/contract/weights-mapping.ts';

export interface MappingFilter {
  /** null for every state. */
  readonly state: MappingState | null;
  /** Found in the network's name of a tensor or in the file's, in whatever case. */
  readonly text: string;
}

export function filterRows(rows: readonly MappedTensor[], { state, text }: MappingFilter): readonly MappedTensor[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (state === null || row.state === state) &&
      [row.tensor, row.stored?.name].some((name) => name?.toLowerCase().includes(wanted) === true),
  );
}

/** How many tensors the network has that weights could fill. */
export function expectedTensors({ counts }: Pick<WeightsMap, 'counts'>): number {
  return counts.loaded + counts.shape + counts.missing;
}

const HEADER = ['state', 'tensor', 'shape', 'file_tensor', 'file_shape', 'file_dtype', 'axes'];

/** The table as comma-separated values (RFC 4180); names come from strangers, and none becomes a formula. */
export function mappingCsv(rows: readonly MappedTensor[]): string {
  const sizes = (shape: readonly number[] | null | undefined): string => shape?.join(' ') ?? '';
  const lines = rows.map(({ state, tensor, shape, stored, order }) => {
    const cells = [state, tensor ?? '', sizes(shape), stored?.name ?? '', sizes(stored?.shape), stored?.dtype ?? ''];
    return [...cells, sizes(order)].map(quote).join(',');
  });
  return [HEADER.join(','), ...lines, ''].join('\r\n');
}

/** The first part of a name, with what ends it: `backbone.`, `model/`. */
const FIRST_PART = /^[^./]+[./]/;

/** What every tensor begins with that the network has no place for, and that a rule may strip; null where they differ. */
export function commonPrefix(rows: readonly MappedTensor[]): string | null {
  const names = rows.flatMap(({ state, stored }) => (state === 'unexpected' && stored !== null ? stored.name : []));
  const prefix = FIRST_PART.exec(names[0] ?? '')?.[0];
  if (prefix === undefined || names.length < 2) return null;
  return names.every((name) => name.startsWith(prefix)) ? prefix : null;
}
