import type { HealthFinding } from '../../../../shared/contract/dataset-health.ts';
import { strings } from '../../../strings/index.ts';

/** Findings of images that belong together: shown side by side, and counted by groups. */
const IN_GROUPS: ReadonlySet<HealthFinding['kind']> = new Set([
  'leaks',
  'conflicts',
  'nearLeaks',
  'duplicates',
  'nearDuplicates',
]);

export function isInGroups({ kind }: Pick<HealthFinding, 'kind'>): boolean {
  return IN_GROUPS.has(kind);
}

/** How much was found, with its unit. */
export function amountOf(finding: Pick<HealthFinding, 'kind' | 'groups'>): string {
  if (isInGroups(finding)) return strings.health.groups(finding.groups.length);
  return strings.health.images(finding.groups.reduce((sum, group) => sum + group.length, 0));
}
