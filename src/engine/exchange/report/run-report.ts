import type { RunDetail } from '../../../shared/contract/run.ts';
import type { RunRelatives } from '../../../shared/contract/run-relatives.ts';
import { givenOf, givenParameters } from '../given-parts.ts';
import { datasetSection } from './dataset-section.ts';
import { evaluationSections } from './evaluation-report.ts';
import { count, duration, memory, moment, plain, share } from './figures.ts';
import { html, isolated, type Html } from './html.ts';
import { layerMask, maskKey } from './layer-mask.ts';
import { legend, lineChart, type ReportCurve } from './line-chart.ts';
import type { ReportedDataset } from './reported-dataset.ts';
import type { ReportedEvaluation } from './reported-evaluation.ts';
import { runSentence } from './sentence.ts';
import { stageMasks, stagesTable } from './stages-section.ts';
import { pairColumns, pairs } from './tables.ts';

/** What a report shows of a run. */
export interface ReportedRun {
  readonly run: RunDetail;
  readonly relatives: RunRelatives;
  /** null where it was not looked for, as the evaluation. */
  readonly dataset: ReportedDataset | null;
  readonly evaluation: ReportedEvaluation | null;
  /** By epoch, under the names of the log. */
  readonly curves: ReadonlyMap<string, { readonly x: Float64Array; readonly y: Float64Array }>;
}

const [TRAIN, VALIDATION] = [0, 1];

function section(title: string, content: Html | null): Html | null {
  return (
    content &&
    html`<section>
      <h2>${title}</h2>
      ${content}
    </section>`
  );
}

function tile(name: string, value: string): Html {
  return html`<div class="tile"><span class="muted">${name}</span><b>${value}</b></div>`;
}

function tiles({ result }: RunDetail): Html {
  return html`<div class="tiles">
    ${tile('Best val_accuracy', share(result.bestValAccuracy))}
    ${result.testAccuracy === null ? null : tile('Test accuracy', share(result.testAccuracy))}
    ${tile('Trainable parameters', plain(result.parameters?.trainable ?? null))}
    ${tile('Frozen parameters', plain(result.parameters?.frozen ?? null))}
    ${tile('Time', duration(result.timings['total'] ?? null))}
    ${tile('Images a second', plain(result.imagesPerSecond === null ? null : Math.round(result.imagesPerSecond)))}
    ${tile('Peak memory', memory(result.peakMemoryBytes))}
  </div>`;
}

function charts({ run, curves }: ReportedRun): Html | null {
  const curve = (key: string, label: string, mark: number): ReportCurve[] => {
    const found = curves.get(key);
    return found && found.x.length > 0 ? [{ label, mark, ...found }] : [];
  };
  const rate = curve('learning_rate', 'learning rate', 2);
  // Epochs are points: a stage begins half way to its first one.
  const parts = run.stages.map(({ name, firstEpoch }) => ({ label: name, x: firstEpoch - 0.5 }));
  const chart = (title: string, lines: readonly ReportCurve[]): Html | null => lineChart(title, 'epoch', lines, parts);
  const drawn = [
    chart('Loss', [...curve('loss', 'train', TRAIN), ...curve('val_loss', 'validation', VALIDATION)]),
    chart('Accuracy', [...curve('accuracy', 'train', TRAIN), ...curve('val_accuracy', 'validation', VALIDATION)]),
    // One that stays as it is stands in the plan.
    rate.some(({ y }) => y.some((value) => value !== y[0])) ? chart('Learning rate', rate) : null,
  ].filter((one) => one !== null);
  if (drawn.length === 0) return null;
  const entries = [
    { label: 'train', mark: TRAIN },
    { label: 'validation', mark: VALIDATION },
  ];
  return html`${legend(entries)}
    <div class="charts">${drawn}</div>`;
}

function lineage({ relatives }: ReportedRun): Html | null {
  const { parent, children, childrenTotal } = relatives;
  if (!parent && childrenTotal === 0) return null;
  const row = (what: string, relative: NonNullable<typeof parent>): readonly [string, Html] => [
    what,
    html`<bdi>${relative.name}</bdi> <span class="id">${relative.runId}</span>,
      ${relative.relation}${relative.step === null ? '' : ` from step ${relative.step}`}, best
      ${share(relative.bestValAccuracy)}`,
  ];
  return pairs([
    ...(parent ? [row('Comes from', parent)] : []),
    ...children.map((child) => row('Led to', child)),
    ...(childrenTotal > children.length ? [['And', `${childrenTotal - children.length} more runs`] as const] : []),
  ]);
}

/** What was given, side by side to be short; what was left open is named alone. */
function given({ run }: ReportedRun, part: 'plan' | 'environment'): Html | null {
  const own = givenParameters(givenOf(run)).flatMap(([key, value]) =>
    // Stages have a section to themselves.
    key.startsWith(`${part}.`) && !(key === 'plan.stages' && run.stages.length > 0)
      ? [[key.slice(part.length + 1), value] as const]
      : [],
  );
  const isSet = ([, value]: (typeof own)[number]): boolean => value !== null && value !== '';
  const open = own.filter((row) => !isSet(row)).map(([name]) => name);
  return own.length === 0
    ? null
    : html`${pairColumns(own.filter(isSet))}
      ${open.length === 0 ? null : html`<p class="muted aside">Not set: ${open.join(', ')}.</p>`}`;
}

function dataset({ run, dataset: reported }: ReportedRun): Html | null {
  const { dataset: seen } = run.result;
  return seen && datasetSection(seen, reported);
}

function weights({ run }: ReportedRun): Html | null {
  const report = run.loadReport;
  if (!report) return null;
  return pairColumns([
    ['file', report.source],
    ['format', report.format],
    ['sha256', report.sha256],
    ['tensors loaded', report.loaded.length],
    ['of another shape', report.skippedByShape.length],
    ['missing', report.missing.length],
    ['newly initialised', report.newlyInitialised.length],
    ['not used', report.unexpected.length],
  ]);
}

/** What reading the frozen tensors back from the checkpoint came to. */
function proofSentence(run: RunDetail): Html | null {
  const inStages = run.stages.length > 0;
  const proof = inStages ? run.stages.flatMap((stage) => stage.proof) : run.proof;
  if (proof.length === 0) return null;
  const changed = proof.filter(({ before, after }) => before !== after).length;
  return html`<p>
    ${count(proof.length)} frozen tensors were read back from the written checkpoint, and their SHA-256 held against
    that from before the first step${inStages ? ' of their stage' : ''}:
    ${changed === 0 ? 'all are the same.' : html`<b class="danger">${count(changed)} have changed.</b>`}
  </p>`;
}

/** The name of a run, what it was, and what people made of it. */
function heading({ run }: ReportedRun): Html {
  const { summary, organisation } = run;
  const tags = organisation.tags.length === 0 ? '' : ` · tags: ${organisation.tags.map(isolated).join(', ')}`;
  return html`<h1>${organisation.starred ? '★ ' : ''}<bdi>${summary.name}</bdi></h1>
    <p class="muted"><span class="id">${summary.runId}</span> · ${moment(summary.createdAt)}${tags}</p>
    <p class="lead">${runSentence(run)}</p>
    ${organisation.note === '' ? null : html`<p class="lead note">${organisation.note}</p>`}`;
}

/** One run from its sentence to its lineage. */
export function runReport(reported: ReportedRun): Html {
  const { run } = reported;
  const { error, warnings } = run.result;
  const mask = stageMasks(run) ?? layerMask(run);
  return html`${heading(reported)} ${tiles(run)}
  ${
    error
      ? section(
          'How it ended',
          html`<p class="danger">${error.message}</p>
            <p>${error.hint}</p>`,
        )
      : null
  }
  ${section('Dataset', dataset(reported))} ${section('Curves', charts(reported))} ${section('Stages', stagesTable(run))}
  ${section('Layers: frozen and trainable', mask && html`${maskKey()}${proofSentence(run)}${mask}`)}
  ${reported.evaluation && evaluationSections(reported.evaluation)}
  ${warnings.length === 0 ? null : section('Warnings', html`${warnings.map((warning) => html`<p>${warning}</p>`)}`)}
  ${section('Plan', given(reported, 'plan'))} ${section('Weights', weights(reported))}
  ${section('Environment', given(reported, 'environment'))} ${section('Lineage', lineage(reported))}`;
}
