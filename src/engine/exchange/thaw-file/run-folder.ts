import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { runDirectory } from '../../experiment/log.ts';

const CHECKPOINTS = 'checkpoints';

/** The files of a run that is taken in: unpacked aside, until they get the place that runs have. */
export class RunFolder {
  readonly warnings: string[] = [];
  readonly #home: string;
  readonly #content: string;
  #placed: string | null = null;

  /** @param content the folder that they lie in, on the disk of `home` */
  constructor(home: string, content: string) {
    this.#home = home;
    this.#content = content;
  }

  /**
   * Puts them where a run has its files that the log does not know yet. What lies there, of an import that was killed or of a
   * log that is gone, is set aside beside it. @throws the file system's error
   */
  place(runId: string): void {
    const target = runDirectory(this.#home, runId);
    if (existsSync(target)) {
      const former = `${target}.former-${randomBytes(4).toString('hex')}`;
      renameSync(target, former);
      this.warnings.push(`A folder of a run that is not in the log had that place; it is '${former}' now.`);
    }
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    renameSync(this.#content, target);
    this.#placed = target;
  }

  /** Takes `place` back, where it came to that. @throws the file system's error */
  takeBack(): void {
    if (this.#placed !== null) renameSync(this.#placed, this.#content);
    this.#placed = null;
  }

  /** Whether a run that is here already has no checkpoints on disk, and some came. */
  lacksCheckpoints(runId: string): boolean {
    return (
      existsSync(path.join(this.#content, CHECKPOINTS)) &&
      !existsSync(path.join(runDirectory(this.#home, runId), CHECKPOINTS))
    );
  }

  /** Gives them to it; all that came, where its folder is gone. @throws the file system's error */
  bringCheckpoints(runId: string): void {
    const target = runDirectory(this.#home, runId);
    if (existsSync(target)) renameSync(path.join(this.#content, CHECKPOINTS), path.join(target, CHECKPOINTS));
    else {
      mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      renameSync(this.#content, target);
    }
    this.warnings.push(`Run '${runId}' was here without its checkpoints; it has them again.`);
  }
}
