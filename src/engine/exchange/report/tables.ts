import type { RunComparison } from '../../../shared/contract/compare.ts';
import { duration, memory, NOTHING, plain, share } from './figures.ts';
import { html, type Html } from './html.ts';

type Value = string | number | boolean | null;

function shown(value: Value): string | number {
  if (value === null || value === '') return NOTHING;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

/** Names with their values, in two columns. */
export function pairs(rows: readonly (readonly [name: string, value: Value | Html])[]): Html {
  return html`<table class="pairs">
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value !== null && typeof value === 'object' ? value : shown(value)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** So many rows make a column; there are at most three side by side. */
const ROWS_OF_COLUMN = 12;
const MOST_COLUMNS = 3;

/** Many narrow rows side by side, in order from the top of the first column down. */
export function columnsOf(head: Html, rows: readonly Html[]): Html {
  const columns = Math.min(MOST_COLUMNS, Math.max(1, Math.ceil(rows.length / ROWS_OF_COLUMN)));
  const each = Math.ceil(rows.length / columns);
  const parts = Array.from({ length: columns }, (_, column) => rows.slice(column * each, (column + 1) * each));
  return html`<div class="columns">
    ${parts.map(
      (own) =>
        html`<table>
          <thead>
            ${head}
          </thead>
          <tbody>
            ${own}
          </tbody>
        </table>`,
    )}
  </div>`;
}

/** Names with their values, two pairs a line where there is room; in order from the top of the first column down. */
export function pairColumns(rows: readonly (readonly [name: string, value: Value])[]): Html {
  const each = Math.ceil(rows.length / 2);
  return html`<div class="columns wide">${pairs(rows.slice(0, each))}${pairs(rows.slice(each))}</div>`;
}

/** What each run has, a column a run. */
export function sideBySide(
  names: readonly string[],
  rows: readonly { readonly name: string; readonly values: readonly Value[] }[],
): Html {
  return html`<div class="scroll">
    <table class="beside">
      <thead>
        <tr>
          <th></th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, values }) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${values.map((value) => html`<td>${shown(value)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A figure in the unit that its key is known by. */
function figure(key: string, value: number | null): string {
  if (key.endsWith('accuracy')) return share(value);
  if (key === 'duration' || key === 'seconds') return duration(value);
  return key.endsWith('_bytes') ? memory(value) : plain(value);
}

/** What came out of each run at its best epoch, a column a run, the best of them marked. */
export function figures(names: readonly string[], metrics: RunComparison['metrics']): Html {
  const bestOf = ({ best, better }: RunComparison['metrics'][number]): number | null => {
    const known = best.filter((value) => value !== null);
    if (better === null || known.length < 2) return null;
    return better === 'higher' ? Math.max(...known) : Math.min(...known);
  };
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th></th>
          ${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${metrics.map((metric) => {
          const best = bestOf(metric);
          return html`<tr>
            <th scope="row">${metric.key}</th>
            ${metric.best.map((value) =>
              value !== null && value === best
                ? html`<td class="number best">${figure(metric.key, value)}</td>`
                : html`<td class="number">${figure(metric.key, value)}</td>`,
            )}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
