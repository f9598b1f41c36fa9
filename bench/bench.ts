/** A figure and its peer's, as `--json` prints it. */
export interface BenchResult {
  /** `<bench>/<what>/<held against>`, unique. */
  readonly name: string;
  readonly unit: string;
  /** Median over the runs. */
  readonly thaw: number;
  /** The same of the peer, measured in turns with ours; null where it is absent. */
  readonly peer: number | null;
  /** Who the peer is, with its version; where it is absent, what would have been there. */
  readonly peerName: string | null;
  /** How many times better ours is, whether more or less is better: above 1 we win. */
  readonly ratio: number | null;
  /** What `ratio`, or `thaw` where `targetOf` says so, must reach. */
  readonly target: number | null;
  /** null without a target, and where the peer that it is held against is absent. */
  readonly met: boolean | null;
  readonly better: 'higher' | 'lower';
  readonly targetOf: 'ratio' | 'thaw' | null;
  readonly runs: number;
  /** First and third quartile over the runs. */
  readonly thawSpread: Interval;
  readonly peerSpread: Interval | null;
  /** The ratio's own 80 % interval, by bootstrap over the rounds. */
  readonly ratioSpread: Interval | null;
}

export type Interval = readonly [low: number, high: number];

export interface BenchContext {
  /** The Python of `scripts/peers`; null where it is not installed, or peers are not wanted. */
  readonly python: string | null;
  /** How many times each side runs; at least 5. */
  readonly runs: number;
  /** A line for people, on stderr. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** One thing that is measured. */
export interface Bench {
  readonly name: string;
  /** One line for `--list`. */
  readonly description: string;
  run(context: BenchContext): Promise<readonly BenchResult[]>;
}
