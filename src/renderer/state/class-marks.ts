/** Shapes of the marks on a map; the diamond is left to what trains. */
export const MARK_SHAPES = ['circle', 'square', 'triangle', 'cross'] as const;
export type MarkShape = (typeof MARK_SHAPES)[number];

/** As many colours as can be told apart; blue and orange are left to what is frozen and what trains. */
export const MARK_COLOURS = 8;

/** How a class is drawn: in colour and in shape, the next one in another of both. */
export interface ClassMark {
  /** Of the tokens `--mark-0` and on; -1 for images without a class. */
  readonly colour: number;
  readonly shape: MarkShape;
}

/** Different for 32 classes in a row; what has no class is drawn in grey. */
export function markOf(classIndex: number): ClassMark {
  if (classIndex < 0) return { colour: -1, shape: 'circle' };
  const round = Math.floor(classIndex / MARK_COLOURS);
  return {
    colour: classIndex % MARK_COLOURS,
    shape: MARK_SHAPES[(classIndex + round) % MARK_SHAPES.length] ?? 'circle',
  };
}

/** A shape around the origin that is about as large as a disc of this radius, as a path. */
export function shapePath(shape: MarkShape, radius: number): string {
  const r = radius;
  switch (shape) {
    case 'circle':
      return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
    case 'square': {
      const half = r * 0.88;
      return `M${-half} ${-half}H${half}V${half}H${-half}Z`;
    }
    case 'triangle': {
      const [side, foot] = [r * 1.15, r * 0.85];
      return `M0 ${-r * 1.2}L${side} ${foot}H${-side}Z`;
    }
    case 'cross': {
      const [arm, half] = [r * 1.15, r * 0.42];
      return `M${-half} ${-arm}H${half}V${-half}H${arm}V${half}H${half}V${arm}H${-half}V${half}H${-arm}V${-half}H${-half}Z`;
    }
  }
}
