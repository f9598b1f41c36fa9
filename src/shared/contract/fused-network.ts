import { ThawError } from '../errors/thaw-error.ts';
import { FUSED_PARTS } from './plan.ts';

/** What a fused network's name begins with; the names of its parts follow, with a plus between. */
const PREFIX = 'fusion_';

/** How a fused network of those is called. */
export function fusionName(names: readonly string[]): string {
  return `${PREFIX}${names.join('+')}`;
}

/**
 * The names of the parts that a fused network's name lists.
 *
 * @returns null for the name of another network
 * @throws ThawError `network.unknown` for fewer parts than two, or more than four
 */
export function fusedNames(name: string): readonly string[] | null {
  if (!name.startsWith(PREFIX)) return null;
  const names = name.slice(PREFIX.length).split('+');
  const { least, most } = FUSED_PARTS;
  if (names.length >= least && names.length <= most) return names;
  throw new ThawError(
    'network.unknown',
    `A fused network is named by ${least} to ${most} networks, '${PREFIX}A+B'; '${name}' names ${names.length}.`,
    'Name networks as `thaw networks` lists them, with a plus between.',
  );
}
