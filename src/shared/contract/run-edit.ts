import { z } from 'zod';

/** Characters of a run's name, of a tag and of a note, at most; and tags of one run. */
export const LONGEST_NAME = 200;
export const LONGEST_TAG = 64;
export const LONGEST_NOTE = 20_000;
export const MOST_TAGS = 100;

/** Runs that are changed in one go, at most. */
const MOST_EDITED = 10_000;

const ONE_LINE = /^\P{Cc}*$/u;
const oneLine = (longest: number): z.ZodString =>
  z.string().trim().normalize('NFC').min(1).max(longest).regex(ONE_LINE, 'must be a single line');

const tags = z.array(oneLine(LONGEST_TAG)).max(MOST_TAGS);

export const runIds = z.strictObject({ runIds: z.array(z.string().min(1)).min(1).max(MOST_EDITED) });

/** What people make of runs; what is left out stays. */
export const runEdit = runIds.extend({
  change: z.strictObject({
    name: oneLine(LONGEST_NAME).optional(),
    note: z.string().normalize('NFC').max(LONGEST_NOTE).optional(),
    starred: z.boolean().optional(),
    addTags: tags.optional(),
    removeTags: tags.optional(),
    archived: z.boolean().optional(),
  }),
});
export type RunEdit = z.infer<typeof runEdit>;

/** What became of the trash: what could not be deleted is still in it, or its files are where `problem` says. */
export const emptiedTrash = z.strictObject({
  removed: z.array(z.string()),
  /** That the disk has again. */
  bytes: z.int(),
  problems: z.array(z.strictObject({ runId: z.string(), problem: z.string() })),
});
export type EmptiedTrash = z.infer<typeof emptiedTrash>;

/**
 * That runs were changed, by this engine or by another process that writes the same log. `list`: what lists show of them.
 * `queue`: which of them wait, or in what order. `runIds` has no runs that are gone, and is empty where there are too many.
 */
export const runsEvent = z.strictObject({ change: z.enum(['list', 'queue']), runIds: z.array(z.string()) });
export type RunsEvent = z.infer<typeof runsEvent>;
