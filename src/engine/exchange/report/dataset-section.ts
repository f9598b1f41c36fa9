import type { RunDetail } from '../../../shared/contract/run.ts';
import { count } from './figures.ts';
import { html, isolated, type Html } from './html.ts';
import type { ReportedClass, ReportedDataset } from './reported-dataset.ts';
import { columnsOf, pairs } from './tables.ts';

/** As many classes as a page has room for; of more those with the most images are shown. */
const MOST_CLASSES = 90;
const MOST_NAMED = 60;

const allOf = ({ train, validation, test }: ReportedClass): number => train + validation + test;

/** How even the classes are, in words. */
function evenness(classes: readonly ReportedClass[]): string {
  const counts = classes.map(({ train }) => train);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most
    ? `Each class has ${count(least)} training images.`
    : `A class has ${count(least)} to ${count(most)} training images.`;
}

/** Classes with their images by split, as numbers and as bars of one scale. */
function classCounts(classes: readonly ReportedClass[]): Html {
  const all = classes.length > MOST_CLASSES ? classes.toSorted((one, other) => allOf(other) - allOf(one)) : classes;
  const shown = all.slice(0, MOST_CLASSES);
  const most = Math.max(1, ...shown.map(allOf));
  const hasTest = classes.some(({ test }) => test > 0);
  const rowOf = (own: ReportedClass): Html => {
    const part = (value: number): string => `--part: ${((value / most) * 100).toFixed(1)}%`;
    return html`<tr>
      <th scope="row"><bdi>${own.name}</bdi></th>
      <td class="bars" aria-hidden="true">
        <span style="${part(own.train)}"></span><span style="${part(own.validation)}"></span
        ><span style="${part(own.test)}"></span>
      </td>
      <td class="number">${count(own.train)}</td>
      <td class="number">${count(own.validation)}</td>
      ${hasTest ? html`<td class="number">${count(own.test)}</td>` : null}
    </tr>`;
  };
  const head = html`<tr>
    <th scope="col">class</th>
    <td class="bars"></td>
    <th scope="col" class="number"><i class="swatch"></i>train</th>
    <th scope="col" class="number"><i class="swatch"></i>val.</th>
    ${hasTest ? html`<th scope="col" class="number"><i class="swatch"></i>test</th>` : null}
  </tr>`;
  const left = classes.length - shown.length;
  return html`${columnsOf(head, shown.map(rowOf))}
  ${left === 0 ? null : html`<p class="muted">And ${count(left)} more classes with fewer images.</p>`}`;
}

/** Where a run's images lay, what was decided of them, and how many of each class taught, validated and tested. */
export function datasetSection(
  { root, classes, train, validation, test, version, skipped }: NonNullable<RunDetail['result']['dataset']>,
  reported: ReportedDataset | null,
): Html {
  const counted = reported?.classes ?? null;
  const named = classes.slice(0, MOST_NAMED).map(isolated).join(', ');
  const left = classes.length - MOST_NAMED;
  const tested = test > 0 ? `, ${count(test)} to test` : '';
  return html`${pairs([
    ['folder', root],
    ['images', `${count(train)} to train, ${count(validation)} to validate${tested}`],
    ...(skipped.length > 0 ? [['left out', `${count(skipped.length)} files that could not be used`] as const] : []),
    ['decided by hand', reported?.decided ?? 'nothing'],
    [
      'classes',
      counted
        ? `${count(classes.length)}. ${evenness(counted)}`
        : left > 0
          ? `${named} and ${count(left)} more`
          : named,
    ],
    ['version', version],
  ])}
  ${counted && classCounts(counted)} ${reported?.missing ? html`<p class="muted">${reported.missing}</p>` : null}`;
}
