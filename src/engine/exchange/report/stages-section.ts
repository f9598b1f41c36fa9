import type { RunDetail, RunStage } from '../../../shared/contract/run.ts';
import { count, NOTHING, plain, share } from './figures.ts';
import { html, isolated, type Html } from './html.ts';
import { layerMask } from './layer-mask.ts';

type PlannedStage = RunDetail['plan']['stages'][number];

const ENDINGS: Readonly<Record<NonNullable<RunStage['ending']>, string>> = {
  finished: 'as planned',
  stoppedEarly: 'early',
  stopped: 'by hand',
};

function proofWords({ proof }: RunStage): Html | string {
  if (proof.length === 0) return NOTHING;
  const changed = proof.filter(({ before, after }) => before !== after).length;
  return changed === 0
    ? `${count(proof.length)} unchanged`
    : html`<b class="danger">${count(changed)} of ${count(proof.length)} CHANGED</b>`;
}

const rulesOf = (rules: readonly { readonly action: string; readonly pattern: string }[] = []): string =>
  rules.map(({ action, pattern }) => `${action} ${isolated(pattern)}`).join(', ');

function stageRow(own: PlannedStage, begun: RunStage | undefined, history: RunDetail['result']['history']): Html {
  const best = history.find(({ epoch }) => epoch === begun?.bestEpoch);
  const rules = rulesOf(own.rules);
  return html`<tr>
    <th scope="row"><bdi>${own.name}</bdi></th>
    <td>${own.strategy}${rules === '' ? '' : `: ${rules}`}</td>
    <td class="number">${begun ? `${begun.firstEpoch} – ${begun.lastEpoch ?? ''}` : NOTHING}</td>
    <td class="number">${plain(own.learningRate)}</td>
    <td class="number">${begun ? count(begun.parameters.trainable) : NOTHING}</td>
    <td class="number">${best ? `${share(best.val_accuracy)} at ${best.epoch}` : NOTHING}</td>
    <td class="number">${begun ? proofWords(begun) : NOTHING}</td>
    <td>${begun ? (begun.ending === null ? NOTHING : ENDINGS[begun.ending]) : 'did not begin'}</td>
  </tr>`;
}

/** The stages of the plan, each with what it was to do and what it came to; null for a run of one piece. */
export function stagesTable({ plan, stages, result }: RunDetail): Html | null {
  if (plan.stages.length === 0) return null;
  const columns = ['epochs', 'rate', 'trainable', 'best val_accuracy', 'frozen tensors'];
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">stage</th>
          <th scope="col">what it trained</th>
          ${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          <th scope="col">ended</th>
        </tr>
      </thead>
      <tbody>
        ${plan.stages.map((own, index) =>
          stageRow(
            own,
            stages.find(({ stage }) => stage === index),
            result.history,
          ),
        )}
      </tbody>
    </table>
  </div>`;
}

/** What each stage froze and trained, one mask below the other so that they can be held against each other. */
export function stageMasks({ stages }: RunDetail): Html | null {
  const masks = stages.flatMap((stage) => {
    const mask = layerMask(stage);
    return mask
      ? [
          html`<div class="whole">
            <h3><bdi>${stage.name}</bdi></h3>
            ${mask}
          </div>`,
        ]
      : [];
  });
  return masks.length === 0 ? null : html`${masks}`;
}
