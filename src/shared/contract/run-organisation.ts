import { z } from 'zod';

/** What people make of a run. */
export const runOrganisation = z.strictObject({
  starred: z.boolean(),
  /** In the order of their code points. */
  tags: z.array(z.string()),
  note: z.string(),
  /** Milliseconds since 1970, UTC; null for a run that is not put away. */
  archivedAt: z.int().nullable(),
  trashedAt: z.int().nullable(),
  /** The sweep or other series that it is one of. */
  group: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
});
export type RunOrganisation = z.infer<typeof runOrganisation>;
