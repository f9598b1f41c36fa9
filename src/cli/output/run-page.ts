import type { StoredCheckpoint } from '../../shared/contract/checkpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import {
  HEAD_KERNEL,
  type LoadReport,
  type RunBaseline,
  type RunDetail,
  type RunResult,
} from '../../shared/contract/run.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { checkpointTable } from './checkpoint-table.ts';
import { bytes, count, duration, moment, printable, share } from './format.ts';
import { planLines } from './plan-lines.ts';
import { stageLines } from './stage-lines.ts';
import { skippedLines } from './skipped-lines.ts';
import { emphasis } from './style.ts';
import { table } from './table.ts';

const SHORTEST_SHOWN_SECONDS = 0.005;
/** Enough hexadecimal digits to tell versions apart; `--json` has them all. */
const VERSION_SHOWN = 16;

function frozenFact(detail: RunDetail): string | null {
  const { frozenUnchanged, frozenTensors } = detail.result;
  if (frozenUnchanged === null || frozenTensors === null) return null;
  const proofs = detail.stages.length > 0 ? detail.stages.flatMap(({ proof }) => proof) : detail.proof;
  const changed = proofs.filter(({ before, after }) => before !== after);
  if (frozenUnchanged) {
    return frozenTensors === 0 ? 'none were frozen' : `unchanged ✓ ${frozenTensors} of ${frozenTensors}`;
  }
  return `CHANGED ✗ ${changed.length} of ${frozenTensors}: ${changed.map(({ tensor }) => tensor).join(', ')}`;
}

/** Whether the head went on as the weights had it. */
function keepsHead(report: LoadReport | null): boolean {
  return report?.loaded.includes(HEAD_KERNEL) === true;
}

function weightsFact({ result, loadReport }: RunDetail): string | null {
  if (!result.weights) return null;
  const { loaded, skippedByShape, missing, newlyInitialised, unexpected } = result.weights;
  const parts = [
    `${loaded} loaded${keepsHead(loadReport) ? ', the head among them' : ''}`,
    skippedByShape > 0 ? `${skippedByShape} of another shape` : '',
    missing > 0 ? `${missing} missing` : '',
    `${newlyInitialised} newly initialised`,
    unexpected > 0 ? `${unexpected} not used` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function imagesFact(result: RunResult): string | null {
  if (!result.dataset) return null;
  const { train, validation, test, classes, skipped } = result.dataset;
  const parts = [
    `${count(train)} train`,
    `${count(validation)} validation`,
    test > 0 ? `${count(test)} test` : '',
    skipped.length > 0 ? `${skipped.length} skipped` : '',
  ];
  const shown = classes.map(printable);
  const names = shown.length > 8 ? `${shown.slice(0, 8).join(', ')}, ...` : shown.join(', ');
  return `${parts.filter((part) => part !== '').join(' · ')} · ${classes.length} classes (${names})`;
}

function timesFact({ timings }: RunResult): string | null {
  const longestFirst = Object.entries(timings)
    .filter(([, seconds]) => seconds >= SHORTEST_SHOWN_SECONDS)
    .sort(([, first], [, second]) => second - first);
  const parts = longestFirst.map(([phase, seconds]) => `${phase} ${duration(seconds)}`);
  return parts.length === 0 ? null : parts.join(' · ');
}

function earlyEndFact({ plan, result }: RunDetail): string | null {
  const { earlyStopping } = stagePlan(plan, stageCount(plan) - 1);
  if (!result.stoppedEarly || !earlyStopping) return null;
  const { monitor, patience } = earlyStopping;
  return `after epoch ${result.history.length} of ${plan.epochs}: ${monitor} did not become better for ${patience} epochs`;
}

/** What the validation gave before the first step. */
export function baselineFact({ withoutHead, ...begun }: RunBaseline): string {
  const words = ({ val_loss, val_accuracy }: typeof begun): string =>
    val_accuracy === null ? `val_loss ${val_loss.toFixed(4)}` : `val_accuracy ${share(val_accuracy)}`;
  return withoutHead ? `${words(begun)} (${words(withoutHead)} without the trained head)` : words(begun);
}

/** Of what has no accuracy, the loss at the best epoch. */
function lossFact({ history, bestEpoch }: RunResult): string | null {
  const best = history.find(({ epoch }) => epoch === bestEpoch);
  return best ? `${best.val_loss.toFixed(4)} at epoch ${best.epoch}` : null;
}

/** What came out, as a table of facts; what is not known has no line. */
export function resultTable(detail: RunDetail): string[] {
  const { result } = detail;
  const { parameters } = result;
  const best = result.bestValAccuracy === null ? null : share(result.bestValAccuracy);
  const facts: readonly (readonly [string, string | null])[] = [
    ['status', result.status],
    ['stopped early', earlyEndFact(detail)],
    ['before training', result.baseline && baselineFact(result.baseline)],
    ['best val_accuracy', best === null ? null : `${best} at epoch ${result.bestEpoch ?? '?'}`],
    ['best val_loss', best === null ? lossFact(result) : null],
    ['final val_accuracy', result.finalValAccuracy === null ? null : share(result.finalValAccuracy)],
    ['test accuracy', result.testAccuracy === null ? null : `${share(result.testAccuracy)} at the best epoch`],
    ['parameters', parameters && `${count(parameters.trainable)} trainable · ${count(parameters.frozen)} frozen`],
    ['frozen tensors', frozenFact(detail)],
    ['weights', weightsFact(detail)],
    ['images', imagesFact(result)],
    ['dataset version', result.dataset && result.dataset.version.slice(0, VERSION_SHOWN)],
    ['throughput', result.imagesPerSecond === null ? null : `${count(result.imagesPerSecond)} images/s`],
    ['peak memory', result.peakMemoryBytes === null ? null : bytes(result.peakMemoryBytes)],
    ['time', timesFact(result)],
  ];
  return table(facts.flatMap(([name, fact]) => (fact === null ? [] : [[`  ${name}`, fact]])));
}

/** Warnings, and the images that were left out with the reason. */
export function remarks({ result }: RunDetail): string[] {
  return [
    ...result.warnings.map((warning) => `warning: ${printable(warning)}`),
    ...skippedLines(result.dataset?.skipped ?? [], `\`thaw runs show ${result.runId} --json\` lists them all`),
  ];
}

/** What a person would do next with a run. */
export function nextStep({ result, layers, plan }: RunDetail): string | null {
  switch (result.status) {
    case 'finished':
      // Of features without their network, no image can be looked at.
      if (isFeatureNetwork(plan.network)) return null;
      return plan.task.kind === 'classify'
        ? `Next: thaw predict --run ${result.runId} IMAGE...`
        : `Next: thaw train --network ${plan.network} --strategy finetune --weights run:${result.runId}`;
    case 'stopped':
    case 'interrupted':
      // One that ended before its layers were known left nothing to resume from.
      return layers.length === 0 ? null : `Next: thaw runs resume ${result.runId}`;
    case 'queued':
    case 'running':
    case 'paused':
    case 'failed':
      return null;
  }
}

export const EPOCH_HEADER = ['epoch', 'loss', 'accuracy', 'val_loss', 'val_accuracy', 'seconds', ''] as const;

/** One epoch's cells, under `EPOCH_HEADER`. */
export function epochCells(epoch: RunResult['history'][number], best: boolean): string[] {
  return [
    String(epoch.epoch),
    epoch.loss.toFixed(4),
    epoch.accuracy?.toFixed(4) ?? '-',
    epoch.val_loss.toFixed(4),
    epoch.val_accuracy?.toFixed(4) ?? '-',
    epoch.seconds.toFixed(2),
    best ? 'best' : '',
  ];
}

function blockLines(detail: RunDetail): string[] {
  const blocks = Map.groupBy(
    detail.layers.filter((layer) => layer.parameters > 0),
    (layer) => layer.block,
  );
  return table(
    [...blocks].map(([block, layers]) => {
      const frozen = layers.filter((layer) => layer.state === 'frozen').length;
      const state = frozen === layers.length ? 'frozen' : frozen === 0 ? 'trainable' : `${frozen} frozen`;
      const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
      return [`  ${printable(block)}`, `${layers.length} layers`, count(parameters), state];
    }),
    [1, 2],
  );
}

/** Everything about a run on one page. */
export function runPage(detail: RunDetail, checkpoints: readonly StoredCheckpoint[]): string[] {
  const { summary, result } = detail;
  const title = (text: string): string => emphasis(text, 'strong', process.stdout);
  const section = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title(name), ...lines];
  const history = result.history.map((epoch) => epochCells(epoch, epoch.epoch === result.bestEpoch));
  const columns = EPOCH_HEADER.map((_, column) => column);
  return [
    `${title(summary.name)}  ${summary.runId}  ${moment(summary.createdAt)}`,
    ...section('Result', resultTable(detail)),
    ...(result.error ? ['', `error: ${printable(result.error.message)}`, `hint: ${printable(result.error.hint)}`] : []),
    ...section('Plan', planLines(detail)),
    ...section('Stages', stageLines(detail)),
    ...section('Layers with parameters, by block', blockLines(detail)),
    ...section('Epochs', history.length === 0 ? [] : table([[...EPOCH_HEADER], ...history], columns)),
    ...section('Checkpoints', checkpoints.length === 0 ? [] : checkpointTable(checkpoints)),
    ...section('Remarks', remarks(detail)),
    ...[nextStep(detail)].flatMap((step) => (step === null ? [] : ['', step])),
  ];
}
