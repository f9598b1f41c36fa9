import { describe, it } from 'vitest';

/** Something a test needs from its machine: there, or why not. */
export type Needed<Thing> =
  { readonly kind: 'there'; readonly thing: Thing } | { readonly kind: 'missing'; readonly reason: string };

/** Looks for it, and takes a refusal for the reason. */
export async function look<Thing>(search: () => Promise<Thing>): Promise<Needed<Thing>> {
  try {
    return { kind: 'there', thing: await search() };
  } catch (error) {
    return { kind: 'missing', reason: (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' ') };
  }
}

/**
 * A `describe` for tests that need something: skipped, with the reason in its name, where it is missing.
 *
 * @throws Error in continuous integration (`CI=true`), where skipping would hide that nothing was tested
 */
export function describeWith<Thing>(name: string, needed: Needed<Thing>, tests: (thing: Thing) => void): void {
  if (needed.kind === 'there') {
    describe(name, () => tests(needed.thing));
    return;
  }
  if (process.env['CI'] === 'true') {
    throw new Error(`"${name}" cannot be skipped in continuous integration: ${needed.reason}`);
  }
  describe.skip(name, () => it(`skipped: ${needed.reason}`, () => undefined));
}
