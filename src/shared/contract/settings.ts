import { z } from 'zod';

export const SETTINGS_SCHEMA_VERSION = 1;

/** What the window remembers of how it is liked; kept in THAW_HOME, shared by all windows. */
export const settings = z.strictObject({
  schemaVersion: z.literal(SETTINGS_SCHEMA_VERSION),
  theme: z.enum(['system', 'dark', 'light']),
  /** Widths of panes in pixels, by the pane's name. */
  panes: z.record(z.string().max(100), z.number().min(0).max(10_000)),
  /** Exponential smoothing of charts, as TensorBoard's. */
  smoothing: z.number().min(0).lt(1),
});
export type Settings = z.infer<typeof settings>;

/** What is changed; the rest stays. */
export const settingsChange = settings.omit({ schemaVersion: true }).partial();
export type SettingsChange = z.infer<typeof settingsChange>;
