import type { Colour, Palette } from './colour.ts';
import type { Random } from './random.ts';

/** Something that stands before a backdrop. */
export interface Subject {
  readonly kind: 'subject';
  /** SVG elements in a square from -100 to 100 both ways, y down. */
  readonly body: string;
  /** How far it may be turned either way, in degrees. */
  readonly turn: number;
  /** How strongly its own thickness catches the light: 0 is a paper cut-out, 1 a body. */
  readonly relief: number;
}

/** Something that fills the picture. */
export interface Surface {
  readonly kind: 'surface';
  /** The colour at a point; the picture covers one unit each way, shown from a random place, angle and distance. */
  readonly colourAt: (x: number, y: number) => Colour;
  /** How far it may be turned either way, in degrees. */
  readonly turn: number;
}

export type Sketch = Subject | Surface;

/** Draws one random member of a class. */
export interface Drawer {
  /** The class, as its folder is named. */
  readonly name: string;
  readonly sketch: (random: Random, palette: Palette) => Sketch;
}
