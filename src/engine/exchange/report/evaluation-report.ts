import type { Estimated, EvaluationReport } from '../../../shared/contract/evaluate.ts';
import { calibrationChart } from './calibration-chart.ts';
import { confusionTable } from './confusion-table.ts';
import { count, moment, NOTHING, plain, share } from './figures.ts';
import { html, isolated, type Html } from './html.ts';
import { imageCards } from './image-cards.ts';
import type { ReportedEvaluation } from './reported-evaluation.ts';
import { pairs } from './tables.ts';

/** As many classes and pairs as a page has room for. */
const MOST_CLASSES = 60;
const MOST_PAIRS = 12;
/** Of more classes the rows are narrower. */
const DENSE = 20;

const interval = (value: Estimated, shown: (value: number) => string): string =>
  value === null ? NOTHING : `${shown(value.value)} (${shown(value.low)} – ${shown(value.high)})`;

/** On what a checkpoint was evaluated, in words. */
function subject({ split, dataset, images, epoch }: EvaluationReport): string {
  const on = split === null ? `the images of ${isolated(dataset)}` : `the ${split} images`;
  return `The weights of epoch ${epoch} on ${on}, of which ${count(images)} count. Intervals hold 95 of 100 bootstrap draws.`;
}

function figuresOf({ interval: found, macro, weighted, calibration, scaled }: EvaluationReport): Html {
  return pairs([
    ['accuracy', interval(found.accuracy, share)],
    ...(found.topFive === null ? [] : [['top-5 accuracy', interval(found.topFive, share)] as const]),
    ['macro F1', interval(found.macroF1, share)],
    ['macro precision, recall', `${share(macro.precision)}, ${share(macro.recall)}`],
    ['weighted F1', share(weighted.f1)],
    ['area under ROC, macro', plain(macro.rocAuc)],
    ['log loss', interval(found.logLoss, (value) => plain(value))],
    ['calibration error (ECE)', share(calibration.ece)],
    ...(scaled === null
      ? []
      : [
          [
            'with temperature',
            `${plain(scaled.temperature)}: ECE ${share(scaled.calibration.ece)}, log loss ${plain(scaled.calibration.logLoss)}`,
          ] as const,
        ]),
  ]);
}

function classTable({ classes }: EvaluationReport): Html {
  const shown = classes.slice(0, MOST_CLASSES);
  const columns = ['images', 'precision', 'recall', 'F1', 'ROC AUC', 'average precision'];
  return html`<div class="scroll">
      <table class="${shown.length > DENSE ? 'dense' : ''}">
        <thead>
          <tr>
            <th scope="col">class</th>
            ${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ name, images, precision, recall, f1, rocAuc, averagePrecision }) =>
              html`<tr>
                <th scope="row"><bdi>${name}</bdi></th>
                <td class="number">${count(images)}</td>
                ${[share(precision), share(recall), share(f1), plain(rocAuc), plain(averagePrecision)].map(
                  (figure) => html`<td class="number">${figure}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${classes.length > shown.length ? html`<p class="muted">And ${count(classes.length - shown.length)} more classes.</p>` : null}`;
}

function pairTable({ classes, confusedPairs }: EvaluationReport): Html | null {
  if (confusedPairs.length === 0) return null;
  const name = (place: number): string => classes[place]?.name ?? '';
  return html`<h3>Most confused</h3>
    <table>
      <tbody>
        ${confusedPairs.slice(0, MOST_PAIRS).map(
          ({ label, predicted, images, shareOfLabel }) =>
            html`<tr>
              <td><bdi>${name(label)}</bdi> taken for <bdi>${name(predicted)}</bdi></td>
              <td class="number">${count(images)}</td>
              <td class="number">${share(shareOfLabel)} of its images</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function notes(words: readonly string[]): Html | null {
  return words.length === 0 ? null : html`${words.map((word) => html`<p class="muted">${word}</p>`)}`;
}

function keptSection({ kept }: ReportedEvaluation): Html | null {
  if (kept.length === 0) return null;
  return html`<section>
    <h2>Evaluations that are kept</h2>
    <div class="scroll">
      <table>
        <tbody>
          ${kept.map(
            ({ split, dataset, epoch, images, accuracy, loss, createdAt }) =>
              html`<tr>
                <td><bdi>${split ?? dataset}</bdi>, epoch ${epoch}</td>
                <td class="number">${count(images)} images</td>
                <td class="number">accuracy ${share(accuracy)}</td>
                <td class="number">loss ${plain(loss)}</td>
                <td>${moment(createdAt)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** How a run fares on images: figures, classes, what is taken for what, and the images themselves. */
export function evaluationSections(evaluation: ReportedEvaluation): Html {
  const { report, best, worst, missing } = evaluation;
  if (!report) {
    return html`<section>
        <h2>Evaluation</h2>
        ${notes(missing)}
      </section>
      ${keptSection(evaluation)}`;
  }
  const names = report.classes.map(({ name }) => name);
  return html`<section>
      <h2>Evaluation</h2>
      <p>${subject(report)}</p>
      ${notes(report.warnings)}
      <div class="two">
        <div>${figuresOf(report)}</div>
        ${calibrationChart(report.calibration)}
      </div>
    </section>
    <section>
      <h2>Classes</h2>
      ${classTable(report)} ${pairTable(report)}
    </section>
    <section>
      <h2>Confusion</h2>
      ${confusionTable(names, report.confusion)}
    </section>
    ${imageCards('Worst images', 'The largest losses, and where the network looked for the class that it took them for.', names, worst)}
    ${imageCards('Best images', 'Right, and the surest.', names, best)}
    ${missing.length === 0 ? null : html`<section>${notes(missing)}</section>`}
    ${evaluation.kept.length < 2 ? null : keptSection(evaluation)}`;
}
