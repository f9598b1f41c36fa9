import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import { outOfMemoryKills } from '../runtime/out-of-memory-kills.ts';
import { mayHaveRunOut, type MemoryNeed } from '../training/memory.ts';
import type { TrainerEnd } from './trainer-process.ts';

/**
 * How a trainer ran out of memory, where it did; null otherwise.
 *
 * @param memory what its run was estimated to take; null while that was not known
 * @param killsBefore how many processes the system had ended for want of memory when it began; null where that is not known
 */
export function lackOfMemory(
  { ending, killed, output }: TrainerEnd,
  memory: MemoryNeed | null,
  killsBefore: number | null,
): string | null {
  if (killed || !memory) return null;
  if (/bad_alloc|out of memory|cannot allocate memory/i.test(output)) return `the trainer ended with ${ending}`;
  if (ending !== 'signal SIGKILL') return null;
  const kills = outOfMemoryKills();
  if (kills !== null && killsBefore !== null && kills > killsBefore) {
    return 'the system ended the trainer for want of memory (SIGKILL)';
  }
  return mayHaveRunOut(memory) ? 'the trainer was ended, as it seems for want of memory (SIGKILL)' : null;
}

/** What is told of a run whose trainer ended without a word. */
export function endedWithoutResult(
  { killed, ending }: TrainerEnd,
  runId: string,
  hasCheckpoint: boolean,
): SerializedError {
  const why = killed ? 'it was killed, as asked' : `its process ended with ${ending}`;
  return {
    code: 'training.process',
    message: `A trainer ends with a result; ${why}.`,
    hint: hasCheckpoint
      ? `Continue with \`thaw runs resume ${runId}\`; if it ends so again, \`thaw doctor\` looks for a cause.`
      : `It left no checkpoint to continue from: train again with \`thaw runs repeat ${runId}\`; \`thaw doctor\` looks for a cause.`,
  };
}
