import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** What must not be: barriers that keep some people from using a view at all. */
const BARRIERS = new Set(['serious', 'critical']);

type Barrier = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number]['nodes'][number];

/** Where a barrier is and, as axe has it in words, what was measured there. */
function described({ target, any }: Barrier): string {
  return [target.join(' '), ...any.slice(0, 1).map(({ message }) => message)].join(': ');
}

/** Holds the window as it is now against axe's rules. */
export async function expectAccessible(page: Page): Promise<void> {
  // The other mode opens a page of its own, which Electron does not let it.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const barriers = violations
    .filter(({ impact }) => BARRIERS.has(impact ?? ''))
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map(described) }));
  expect(barriers).toEqual([]);
}
