import type { EvaluationReport } from '../../../shared/contract/evaluate.ts';
import { count, share } from './figures.ts';
import { html, isolated, type Html } from './html.ts';

const SIZE = 520;
const EDGE = 28;

/** The same as a matrix of numbers, of more classes than one could be read of: shades alone, classes by their numbers. */
export function confusionPicture(names: readonly string[], cells: EvaluationReport['confusion']): Html {
  const totals = names.map(() => 0);
  for (const { label, images } of cells) totals[label] = (totals[label] ?? 0) + images;
  const side = (SIZE - EDGE) / names.length;
  const place = (index: number): string => (EDGE + index * side).toFixed(2);
  const every = Math.ceil(names.length / 10);
  const numbered = names.flatMap((_, index) => (index % every === 0 ? [index] : []));
  const middle = (index: number): string => (EDGE + (index + 0.5) * side).toFixed(1);
  return html`<figure class="matrix-picture">
    <svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="${`Confusion of ${count(names.length)} classes`}">
      <path class="grid" d="${`M${EDGE} ${EDGE}H${SIZE}V${SIZE}H${EDGE}Z`}" fill="none" />
      ${numbered.map(
        (index) =>
          html`<text x="${middle(index)}" y="${EDGE - 8}" text-anchor="middle">${index + 1}</text>
            <text x="${EDGE - 8}" y="${middle(index)}" dy="4" text-anchor="end">${index + 1}</text>`,
      )}
      ${cells
        .filter(({ images }) => images > 0)
        .map(({ label, predicted, images }) => {
          const part = images / Math.max(1, totals[label] ?? 0);
          const words = `${isolated(names[label] ?? '')} taken for ${isolated(names[predicted] ?? '')}: ${count(images)}, ${share(part)}`;
          return html`<rect
            class="${label === predicted ? 'right' : 'wrong'}"
            x="${place(predicted)}"
            y="${place(label)}"
            width="${side.toFixed(2)}"
            height="${side.toFixed(2)}"
            opacity="${(0.15 + 0.85 * part).toFixed(2)}"
            ><title>${words}</title></rect
          >`;
        })}
    </svg>
    <p class="muted">
      A row a label, a column what it was taken for, in the order of the table above, counted from 1; the darker, the
      larger the share of the row. What is right lies on the diagonal.
    </p>
  </figure>`;
}
