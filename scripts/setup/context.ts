import type pins from '../bootstrap/pins.json';

/** What every step of the set-up works with. */
export interface Context {
  /** The folder of package.json. */
  readonly root: string;
  /** `THAW_CACHE/toolchain`. */
  readonly toolchain: string;
  readonly pins: typeof pins;
  /** `linux-x64`: process.platform and process.arch. */
  readonly platform: string;
  readonly env: NodeJS.ProcessEnv;
  /** Tells the user one line. */
  readonly say: (line: string) => void;
}
