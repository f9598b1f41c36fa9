import type { RunDetail, RunStage } from '../../shared/contract/run.ts';
import { count, printable } from './format.ts';
import { table } from './table.ts';

const ENDINGS: Readonly<Record<NonNullable<RunStage['ending']>, string>> = {
  finished: 'finished',
  stoppedEarly: 'stopped early',
  stopped: 'stopped',
};

function proofWords(proof: RunStage['proof']): string {
  const changed = proof.filter(({ before, after }) => before !== after).length;
  if (proof.length === 0) return '';
  return changed === 0 ? `${proof.length} frozen tensors unchanged` : `${changed} of ${proof.length} CHANGED`;
}

/** What each stage was and came to, those to come included; nothing of a run of one piece. */
export function stageLines({ plan, stages }: RunDetail): string[] {
  let next = 1;
  const rows = plan.stages.map(({ name, epochs, learningRate }, index) => {
    const begun = stages[index];
    const first = begun?.firstEpoch ?? next;
    const last = begun?.ending ? (begun.lastEpoch ?? first) : first + epochs - 1;
    next = last + 1;
    return [
      `  ${index + 1} ${printable(name)}`,
      `epochs ${first} to ${last}`,
      `rate ${learningRate}`,
      begun ? `${count(begun.parameters.trainable)} parameters train` : 'to come',
      begun?.bestEpoch == null ? '' : `best epoch ${begun.bestEpoch}`,
      begun?.ending ? ENDINGS[begun.ending] : '',
      begun ? proofWords(begun.proof) : '',
    ];
  });
  return rows.length === 0 ? [] : table(rows);
}
