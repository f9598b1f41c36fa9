import type { Clock } from './clock.ts';
import type { Pause } from './pause.ts';
import type { PhaseTimer } from './progress.ts';

/**
 * Holds a run at a place where it can, as long as it is asked to; elsewhere it does nothing.
 *
 * @param keep writes the checkpoint of this place, so that a run that is killed meanwhile can be resumed
 */
export type Hold = (keep: () => Promise<void>) => Promise<void>;

/**
 * @param options.clock stands still meanwhile
 * @param options.onPause told when the run holds, and when it goes on
 * @param options.signal aborting ends a pause
 */
export function holdOnPause(options: {
  readonly pause: Pause;
  readonly clock: Clock;
  readonly timer: PhaseTimer;
  readonly onPause: (paused: boolean) => void;
  readonly signal: AbortSignal;
}): Hold {
  const { pause, clock, timer, onPause, signal } = options;
  return async (keep) => {
    if (!pause.isRequested || signal.aborted) return;
    await clock.hold(async () => {
      await keep();
      onPause(true);
      await timer.measure('paused', async () => {
        while (pause.isRequested && !signal.aborted) await pause.over(signal);
      });
      onPause(false);
    });
  };
}
