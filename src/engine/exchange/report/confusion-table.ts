import type { EvaluationReport } from '../../../shared/contract/evaluate.ts';
import { confusionPicture } from './confusion-picture.ts';
import { count, share } from './figures.ts';
import { html, type Html } from './html.ts';

/** The numbers of more could not be read. */
const MOST_CLASSES = 16;
/** More classes are told by their most confused pairs alone. */
const MOST_DRAWN = 120;

/** What was taken for what: a row a label, a column a class, shaded by the share of the row. */
export function confusionTable(names: readonly string[], cells: EvaluationReport['confusion']): Html {
  if (names.length > MOST_CLASSES && names.length <= MOST_DRAWN) return confusionPicture(names, cells);
  if (names.length > MOST_DRAWN) {
    return html`<p class="muted">
      A matrix of ${count(names.length)} classes has no room here; the most confused are above.
    </p>`;
  }
  const counts = names.map(() => names.map(() => 0));
  for (const { label, predicted, images } of cells) {
    const row = counts[label];
    if (row) row[predicted] = images;
  }
  return html`<div class="scroll">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">label ↓ taken for →</th>
          ${names.map((name) => html`<th scope="col"><bdi>${name}</bdi></th>`)}
        </tr>
      </thead>
      <tbody>
        ${counts.map((row, label) => {
          const all = row.reduce((sum, images) => sum + images, 0);
          return html`<tr>
            <th scope="row"><bdi>${names[label] ?? ''}</bdi></th>
            ${row.map((images, predicted) => {
              const part = all === 0 ? 0 : images / all;
              const kind = label === predicted ? 'right' : 'wrong';
              return html`<td class="${kind}" style="${`--part: ${(part * 100).toFixed(0)}%`}">
                <b>${count(images)}</b><span>${all === 0 ? '' : share(part)}</span>
              </td>`;
            })}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
