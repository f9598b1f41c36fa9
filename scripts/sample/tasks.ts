import { ANY_SETTING, type Setting } from './canvas/render.ts';
import type { Drawer } from './canvas/sketch.ts';
import { SOURCE_CLASSES } from './source/classes.ts';
import { TARGET_CLASSES, TARGET_SETTING } from './target/classes.ts';

/** A dataset that can be drawn again, pixel by pixel, from its seed. */
export interface Task {
  readonly drawers: readonly Drawer[];
  readonly setting: Setting;
  readonly seed: string;
  /** Height and width of its pictures in pixels. */
  readonly size: number;
  /** Of the JPEG files, 1 to 100. */
  readonly quality: number;
  /** Pictures a class. */
  readonly counts: { readonly train: number; readonly val: number };
}

/** What the shipped network learned; drawn anew for every training, never kept. */
export const SOURCE_TASK: Task = {
  drawers: SOURCE_CLASSES,
  setting: ANY_SETTING,
  seed: 'source',
  size: 112,
  quality: 90,
  counts: { train: 600, val: 40 },
};

/** The dataset that ships in `resources/sample`. */
export const SAMPLE_TASK: Task = {
  drawers: TARGET_CLASSES,
  setting: TARGET_SETTING,
  seed: 'sample',
  size: 192,
  quality: 84,
  counts: { train: 40, val: 30 },
};

/** The sample's own training pictures, and validation pictures enough to tell a point of accuracy. */
export const MEASURED_TASK: Task = { ...SAMPLE_TASK, counts: { train: 40, val: 200 } };

/** For workers, which are told names instead of functions. */
export const TASKS = { source: SOURCE_TASK, sample: SAMPLE_TASK, measured: MEASURED_TASK } as const;
export type TaskName = keyof typeof TASKS;
