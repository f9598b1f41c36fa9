import type { Curve } from './curve.ts';
import { thin } from './thinning.ts';

/** About two points for each pixel of a wide chart: more cannot be seen, and each costs at every redraw. */
export const MAX_POINTS = 2000;

/** A curve that grows while it is looked at, and stays bounded: when it is full, it is thinned to half. */
export class LiveCurve implements Curve {
  #x: number[] = [];
  #y: number[] = [];

  get x(): readonly number[] {
    return this.#x;
  }

  get y(): readonly number[] {
    return this.#y;
  }

  /** Takes what the log has in place of all that was here. */
  replace(curve: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }): void {
    this.#x = Array.from(curve.x);
    this.#y = Array.from(curve.y);
    this.#bound();
  }

  /** Appends a point. One that lies before the end is of a run that went on from an earlier checkpoint. */
  push(x: number, y: number): void {
    while (this.#x.length > 0 && (this.#x.at(-1) ?? 0) >= x) {
      this.#x.pop();
      this.#y.pop();
    }
    this.#x.push(x);
    this.#y.push(y);
    this.#bound();
  }

  #bound(): void {
    if (this.#x.length <= MAX_POINTS) return;
    const { x, y } = thin(this, MAX_POINTS / 2);
    this.#x = [...x];
    this.#y = [...y];
  }
}
