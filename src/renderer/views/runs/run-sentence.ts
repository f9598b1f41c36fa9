import { FOREIGN_NETWORK, type RunDetail } from '../../../shared/contract/run.ts';
import { count, duration, percent } from '../../strings/format.ts';
import { runSentence as words } from '../../strings/run-sentence.ts';
import { datasetName } from './dataset-name.ts';

/** What a run was and what came of it, in a sentence or three. */
export function runSentence({ plan, result, summary }: RunDetail): string {
  const { dataset, bestValAccuracy, bestEpoch, frozenUnchanged, frozenTensors } = result;
  const epochs = words.epochs(result.history.length, plan.epochs);
  const what = plan.network === FOREIGN_NETWORK ? words.foreign : words.what[plan.strategy](plan.network);
  const where = dataset ? words.on(count(dataset.train), dataset.classes.length, datasetName(summary.dataset)) : '';
  const seconds = result.timings['total'];
  const time = seconds === undefined ? '' : words.in(duration(seconds));
  const beginning = words.beginnings[result.status];
  const sentences = [`${beginning} ${epochs} ${what}${where}${time}.`];
  if (result.stoppedEarly && plan.earlyStopping) sentences.push(words.stoppedEarly(plan.earlyStopping.monitor));
  if (bestValAccuracy !== null && bestEpoch !== null) sentences.push(words.best(percent(bestValAccuracy), bestEpoch));
  if (result.testAccuracy !== null) sentences.push(words.test(percent(result.testAccuracy)));
  if (frozenUnchanged !== null && frozenTensors !== null && frozenTensors > 0) {
    sentences.push(frozenUnchanged ? words.unchanged(frozenTensors) : words.changed);
  }
  return sentences.join(' ');
}

/** What came of a run, in a few words beside its status. */
export function runOutcome({ plan, result }: RunDetail): string {
  const seconds = result.timings['total'];
  const time = seconds === undefined ? '' : words.in(duration(seconds));
  const epochs = `${words.epochs(result.history.length, plan.epochs)}${time}`;
  const { bestValAccuracy, bestEpoch } = result;
  if (bestValAccuracy === null || bestEpoch === null) return `${epochs}.`;
  return `${epochs}. ${words.best(percent(bestValAccuracy), bestEpoch)}`;
}
