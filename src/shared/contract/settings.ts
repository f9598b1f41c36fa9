import { z } from 'zod';

export const SETTINGS_SCHEMA_VERSION = 1;

/** Some 50,000 images of 224 x 224. */
export const DEFAULT_CACHE_LIMIT_BYTES = 8 * 2 ** 30;
const cacheLimitBytes = z
  .int()
  .min(2 ** 20)
  .max(2 ** 50);

const shownColumn = z.strictObject({
  /** As in a query: `network`, `optimizer.learningRate`, `last(val_loss)`. */
  key: z.string().min(1).max(200),
  /** CSS pixels. */
  width: z.int().min(20).max(2000),
});
export type ShownColumn = z.infer<typeof shownColumn>;

/** What is remembered of how Thaw is liked; kept in THAW_HOME, shared by all windows. */
export const settings = z.strictObject({
  schemaVersion: z.literal(SETTINGS_SCHEMA_VERSION),
  theme: z.enum(['system', 'dark', 'light']),
  /** Widths of panes in pixels, by the pane's name. */
  panes: z.record(z.string().max(100), z.number().min(0).max(10_000)),
  /** Exponential smoothing of charts, as TensorBoard's. */
  smoothing: z.number().min(0).lt(1),
  /** A prediction whose best class is less probable is marked as unsure; 0, as where it is left out, marks none. */
  unsureBelow: z.number().min(0).max(1).optional(),
  /** What features may take of the disk, and decoded images as much again; those used longest ago go first. */
  cacheLimitBytes: cacheLimitBytes.default(DEFAULT_CACHE_LIMIT_BYTES),
  /** Columns of the table of runs, in their order; the usual ones where it is left out. */
  runColumns: z.array(shownColumn).max(60).optional(),
});
export type Settings = z.infer<typeof settings>;

/** What is changed; the rest stays. */
export const settingsChange = settings
  .omit({ schemaVersion: true, cacheLimitBytes: true })
  .extend({ cacheLimitBytes })
  .partial();
export type SettingsChange = z.infer<typeof settingsChange>;
