import type { RunDetail } from '../../../shared/contract/run.ts';
import { count, duration, share } from './figures.ts';
import { isolated } from './html.ts';

const BEGINNINGS: Readonly<Record<RunDetail['summary']['status'], string>> = {
  queued: 'Waits to begin',
  running: 'Is under way',
  paused: 'Is paused',
  finished: 'Finished',
  stopped: 'Was stopped',
  failed: 'Failed',
  interrupted: 'Was interrupted',
};

const WHAT: Readonly<Record<RunDetail['plan']['strategy'], (network: string) => string>> = {
  features: (network) => `of a new head on the features of ${network}`,
  finetune: (network) => `of fine-tuning ${network}`,
  scratch: (network) => `of training ${network} from scratch`,
};

/** What a run was and what came of it. */
export function runSentence({ summary, plan, result }: RunDetail): string {
  const { epochs, epochsDone } = summary;
  const done =
    epochs === epochsDone ? `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}` : `${epochsDone} of ${epochs} epochs`;
  const { dataset } = result;
  const on = dataset ? ` on ${count(dataset.train)} images in ${dataset.classes.length} classes` : '';
  const total = result.timings['total'];
  const took = total === undefined ? '' : `, in ${duration(total)}`;
  const sentences = [
    `${BEGINNINGS[summary.status]}: ${done} ${WHAT[plan.strategy](isolated(plan.network))}${on}${took}.`,
  ];
  if (result.bestValAccuracy !== null && result.bestEpoch !== null) {
    sentences.push(`The best validation accuracy is ${share(result.bestValAccuracy)}, at epoch ${result.bestEpoch}.`);
  }
  if (result.testAccuracy !== null) sentences.push(`On the test images it is ${share(result.testAccuracy)}.`);
  const { frozenUnchanged, frozenTensors } = result;
  if (frozenUnchanged === true && frozenTensors !== null && frozenTensors > 0) {
    sentences.push(
      frozenTensors === 1
        ? 'The one frozen tensor is unchanged, bit for bit.'
        : `All ${frozenTensors} frozen tensors are unchanged, bit for bit.`,
    );
  }
  if (frozenUnchanged === false) sentences.push('Some frozen tensors have changed, which must not happen.');
  return sentences.join(' ');
}
