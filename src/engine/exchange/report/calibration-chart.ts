import type { Calibration } from '../../../shared/contract/evaluate.ts';
import { count, share } from './figures.ts';
import { html, type Html } from './html.ts';

const SIZE = 240;
const AREA = { left: 44, right: 222, top: 8, bottom: 200 };
const TICKS = [0, 0.5, 1];

/** How often predictions were right by how sure they were; on the diagonal both are the same. */
export function calibrationChart({ bins, ece }: Calibration): Html {
  const toX = (value: number): string => (AREA.left + value * (AREA.right - AREA.left)).toFixed(1);
  const toY = (value: number): string => (AREA.bottom - value * (AREA.bottom - AREA.top)).toFixed(1);
  const shown = bins.filter(({ images }) => images > 0);
  const words = shown
    .map(
      ({ confidence, accuracy, images }) =>
        `${share(confidence)} sure, ${share(accuracy)} right, ${count(images)} images`,
    )
    .join('; ');
  return html`<figure class="square">
    <figcaption>Calibration</figcaption>
    <svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="${`Calibration, error ${share(ece)}: ${words}`}">
      ${TICKS.map(
        (tick) =>
          html`<path class="grid" d="${`M${AREA.left} ${toY(tick)}H${AREA.right}`}" />
            <text x="${AREA.left - 6}" y="${toY(tick)}" dy="4" text-anchor="end">${share(tick).replace('.0', '')}</text>
            <text x="${toX(tick)}" y="${AREA.bottom + 16}" text-anchor="middle"
              >${share(tick).replace('.0', '')}</text
            >`,
      )}
      <path class="diagonal" d="${`M${toX(0)} ${toY(0)}L${toX(1)} ${toY(1)}`}" />
      ${shown.map(({ from, to, accuracy }) => {
        const top = Number(toY(accuracy ?? 0));
        return html`<rect
          class="bin"
          x="${toX(from)}"
          y="${top.toFixed(1)}"
          width="${(Number(toX(to)) - Number(toX(from)) - 1).toFixed(1)}"
          height="${Math.max(1, AREA.bottom - top).toFixed(1)}"
        />`;
      })}
      <text x="${(AREA.left + AREA.right) / 2}" y="${SIZE - 6}" text-anchor="middle">how sure; bars: share right</text>
    </svg>
  </figure>`;
}
