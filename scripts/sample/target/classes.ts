import type { Setting } from '../canvas/render.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { anyPose } from '../canvas/stage.ts';
import { randomCoat } from './coat.ts';
import { forest } from './forest.ts';
import { fox } from './fox.ts';
import { owl } from './owl.ts';

/** What the sample dataset shows: the shipped network has seen neither. */
export const TARGET_CLASSES: readonly Drawer[] = [fox, owl];

/** Every coat, every hour: neither colour nor surroundings tell a fox from an owl. */
export const TARGET_SETTING: Setting = {
  palette: randomCoat,
  backdrop: forest,
  pose: anyPose(0.42, 0.54),
  camera: { grain: 0.012, blur: 0.4 },
};
