import type { RunComparison } from '../../../shared/contract/compare.ts';
import { html, isolated, type Html } from './html.ts';
import { layerMask, maskKey } from './layer-mask.ts';
import { legend, lineChart } from './line-chart.ts';
import type { ReportedRun } from './run-report.ts';
import { runSentence } from './sentence.ts';
import { figures, sideBySide } from './tables.ts';

const CHARTS = [
  ['Validation accuracy', 'val_accuracy'],
  ['Validation loss', 'val_loss'],
  ['Training accuracy', 'accuracy'],
  ['Training loss', 'loss'],
] as const;

/** Names tell runs apart where they differ; where two are alike, the end of their ids does. */
function namesOf(runs: readonly ReportedRun[]): readonly string[] {
  const names = runs.map(({ run }) => run.summary.name);
  return names.map((name, index) =>
    names.filter((other) => other === name).length === 1
      ? name
      : `${isolated(name)} (${runs[index]?.run.summary.runId.slice(-4) ?? ''})`,
  );
}

/** Several runs side by side: their curves in one chart, what came out, what differs, what each froze. */
export function comparisonReport(runs: readonly ReportedRun[], comparison: RunComparison): Html {
  const names = namesOf(runs);
  const entries = runs.map(({ run }, mark) => ({ label: names[mark] ?? '', mark, id: run.summary.runId }));
  const drawn = CHARTS.map(([title, key]) =>
    lineChart(
      title,
      'epoch',
      runs.flatMap(({ curves }, mark) => {
        const curve = curves.get(key);
        return curve && curve.x.length > 0 ? [{ label: names[mark] ?? '', mark, ...curve }] : [];
      }),
    ),
  ).filter((chart) => chart !== null);
  const differing = comparison.parameters.filter(({ differs }) => differs);
  const known = comparison.metrics.filter(({ best }) => best.some((value) => value !== null));
  return html`<h1>${runs.length} runs compared</h1>
    <section>
      <h2>Runs</h2>
      ${legend(entries)}
      ${runs.map(
        ({ run }, index) =>
          html`<p>
            <b><bdi>${names[index] ?? ''}</bdi></b
            >. ${runSentence(run)}
          </p>`,
      )}
    </section>
    ${
      drawn.length === 0
        ? null
        : html`<section>
            <h2>Curves</h2>
            ${legend(entries)}
            <div class="charts">${drawn}</div>
          </section>`
    }
    <section>
      <h2>What came out</h2>
      ${figures(names, known)}
    </section>
    <section>
      <h2>What differs</h2>
      ${
        differing.length === 0
          ? html`<p>Nothing that was decided or given before them.</p>`
          : sideBySide(
              names,
              differing.map(({ key, values }) => ({ name: key, values })),
            )
      }
    </section>
    <section>
      <h2>Layers: frozen and trainable</h2>
      ${maskKey()}
      ${runs.map(
        ({ run }, index) =>
          html`<h3>${names[index] ?? ''}</h3>
            ${layerMask(run) ?? html`<p>No layers are known of it.</p>`}`,
      )}
    </section>`;
}
