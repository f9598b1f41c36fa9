import type { RunDetail } from '../../../shared/contract/run.ts';
import type { RunRelatives } from '../../../shared/contract/run-relatives.ts';
import { givenOf, givenParameters } from '../given-parts.ts';
import { evaluationSections } from './evaluation-report.ts';
import { count, duration, memory, moment, NOTHING, plain, share } from './figures.ts';
import { html, isolated, type Html } from './html.ts';
import { layerMask, maskKey } from './layer-mask.ts';
import { legend, lineChart, type ReportCurve } from './line-chart.ts';
import type { ReportedEvaluation } from './reported-evaluation.ts';
import { runSentence } from './sentence.ts';
import { pairs } from './tables.ts';

/** What a report shows of a run. */
export interface ReportedRun {
  readonly run: RunDetail;
  readonly relatives: RunRelatives;
  /** null where it was not looked for. */
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

function charts({ curves }: ReportedRun): Html | null {
  const curve = (key: string, label: string, mark: number): ReportCurve[] => {
    const found = curves.get(key);
    return found && found.x.length > 0 ? [{ label, mark, ...found }] : [];
  };
  const rate = curve('learning_rate', 'learning rate', 2);
  const drawn = [
    lineChart('Loss', 'epoch', [...curve('loss', 'train', TRAIN), ...curve('val_loss', 'validation', VALIDATION)]),
    lineChart('Accuracy', 'epoch', [
      ...curve('accuracy', 'train', TRAIN),
      ...curve('val_accuracy', 'validation', VALIDATION),
    ]),
    // One that stays as it is stands in the plan.
    rate.some(({ y }) => y.some((value) => value !== y[0])) ? lineChart('Learning rate', 'epoch', rate) : null,
  ].filter((chart) => chart !== null);
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

function given({ run }: ReportedRun, part: 'plan' | 'dataset' | 'environment'): Html | null {
  const rows = givenParameters(givenOf(run)).flatMap(([key, value]) =>
    key.startsWith(`${part}.`) ? [[key.slice(part.length + 1), value] as const] : [],
  );
  return rows.length === 0 ? null : pairs(rows);
}

function dataset(reported: ReportedRun): Html | null {
  const { dataset: seen } = reported.run.result;
  if (!seen) return null;
  return html`${pairs([
    ['folder', seen.root],
    ['classes', seen.classes.map(isolated).join(', ')],
  ])}${given(reported, 'dataset')}`;
}

function weights({ run }: ReportedRun): Html | null {
  const report = run.loadReport;
  if (!report) return null;
  return pairs([
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

/** The stages that have begun, each with what it was to do and what it came to. */
function stages({ plan, stages: begun }: RunDetail): Html | null {
  if (begun.length === 0) return null;
  const rows = begun.map((stage) => {
    const own = plan.stages[stage.stage];
    return html`<tr>
      <th scope="row"><bdi>${own?.name ?? String(stage.stage + 1)}</bdi></th>
      <td>${own?.strategy ?? ''}</td>
      <td class="number">from epoch ${stage.firstEpoch}</td>
      <td class="number">rate ${plain(own?.learningRate ?? null)}</td>
      <td class="number">${stage.bestEpoch === null ? NOTHING : `best at ${stage.bestEpoch}`}</td>
      <td class="number">
        ${stage.proof.length} tensors
        ${stage.proof.every(({ before, after }) => before === after) ? 'unchanged' : 'CHANGED'}
      </td>
    </tr>`;
  });
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** What reading the frozen tensors back from the checkpoint came to. */
function proofSentence({ proof }: RunDetail): Html | null {
  if (proof.length === 0) return null;
  const changed = proof.filter(({ before, after }) => before !== after).length;
  return html`<p>
    ${count(proof.length)} frozen tensors were read back from the written checkpoint, and their SHA-256 held against
    that from before the first step:
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
  const mask = layerMask(run);
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
  ${section('Dataset', dataset(reported))} ${section('Curves', charts(reported))} ${section('Stages', stages(run))}
  ${section('Layers: frozen and trainable', mask && html`${maskKey()}${proofSentence(run)}${mask}`)}
  ${reported.evaluation && evaluationSections(reported.evaluation)}
  ${warnings.length === 0 ? null : section('Warnings', html`${warnings.map((warning) => html`<p>${warning}</p>`)}`)}
  ${section('Plan', given(reported, 'plan'))} ${section('Weights', weights(reported))}
  ${section('Environment', given(reported, 'environment'))} ${section('Lineage', lineage(reported))}`;
}
