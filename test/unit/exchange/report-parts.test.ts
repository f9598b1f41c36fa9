import { describe, expect, it } from 'vitest';
import { confusionTable } from '../../../src/engine/exchange/report/confusion-table.ts';
import { datasetSection } from '../../../src/engine/exchange/report/dataset-section.ts';
import type { Html } from '../../../src/engine/exchange/report/html.ts';
import { lineChart } from '../../../src/engine/exchange/report/line-chart.ts';

const ATTACK = `"><script>alert(1)</script>`;
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
const textOf = (part: Html | null): string =>
  (part?.text ?? '').replaceAll(/\s+/g, ' ').replaceAll(/(?<=>) | (?=<)/g, '');

describe('a chart of a run in stages', () => {
  const curve = { label: 'train', mark: 0, x: Float64Array.of(1, 2, 3, 4, 20), y: Float64Array.of(1, 2, 3, 4, 5) };

  it('has a rule where each stage but the first begins, and as much of its name as has room', () => {
    const parts = [
      { label: ATTACK, x: 0.5 },
      { label: 'too narrow to be named', x: 2.5 },
      { label: 'a name that is longer than the little room that it has', x: 3.5 },
      { label: '蜜蜂🐝', x: 12.5 },
    ];
    const chart = textOf(lineChart('Loss', 'epoch', [curve], parts));
    const rules = [...chart.matchAll(/class="rule" d="M([\d.]+) /g)].map(([, x]) => Number(x));
    expect(rules).toHaveLength(3);
    expect(rules).toEqual(rules.toSorted((left, right) => left - right));
    const names = [...chart.matchAll(/class="part"[^>]*>([^<]*)</g)].map(([, name]) => name);
    expect(names[1]).toBe('');
    expect(names[2]).toMatch(/^a name that is longer.*…$/);
    expect(names[3]).toBe('蜜蜂🐝');
    // Whole for whom it is read to.
    expect(chart).toContain(`in parts: ${ESCAPED}, too narrow to be named`);
    expect(chart).not.toContain('<script');
  });

  it('stands as it did without stages', () => {
    expect(textOf(lineChart('Loss', 'epoch', [curve]))).not.toMatch(/class="(?:rule|part)"|in parts/);
  });
});

describe('the dataset of a report', () => {
  const classes = Array.from({ length: 120 }, (_, index) => (index === 0 ? ATTACK : `species ${index}`));
  const seen = { root: `/${ATTACK}`, classes, train: 6, validation: 2, test: 0, version: 'cd'.repeat(32), skipped: [] };
  const counted = classes.map((name, index) => ({ name, train: 120 - index, validation: 2, test: 0 }));

  it('counts classes by split, as many as have room, and says how even they are', () => {
    const page = textOf(datasetSection(seen, { decided: null, classes: counted, missing: null }));
    expect(page).not.toContain('<script');
    expect(page.match(/<th scope="row"><bdi>/g)).toHaveLength(90);
    expect(page).toContain('And 30 more classes with fewer images.');
    expect(page).toContain('120. A class has 1 to 120 training images.');
    expect(page.replaceAll(ESCAPED, 'attack')).toMatch(
      /<bdi>attack<\/bdi><\/th><td class="bars".*?<td class="number">120<\/td>/,
    );
    // Nothing is tested, and no column says so.
    expect(page).not.toContain('test</th>');
  });

  it('names classes where nothing counts them, and says why', () => {
    const page = textOf(
      datasetSection(seen, { decided: '1 image excluded', classes: null, missing: `Gone: ${ATTACK}` }),
    );
    expect(page).toContain('<th scope="row">decided by hand</th><td>1 image excluded</td>');
    expect(page).toContain('and 60 more');
    expect(page).toContain(`<p class="muted">Gone: ${ESCAPED}</p>`);
  });
});

describe('what was taken for what', () => {
  const names = Array.from({ length: 40 }, (_, index) => (index === 3 ? ATTACK : `species ${index}`));
  const cells = [
    { label: 3, predicted: 3, images: 3 },
    { label: 3, predicted: 5, images: 1 },
    { label: 7, predicted: 7, images: 0 },
  ];

  it('is a picture where a table of its numbers could not be read', () => {
    const picture = textOf(confusionTable(names, cells));
    expect(picture.match(/<rect class="right"/g)).toHaveLength(1);
    expect(picture.match(/<rect class="wrong"/g)).toHaveLength(1);
    expect(picture).toContain(`<title>${ESCAPED} taken for species 5: 1, 25.0 %</title>`);
    expect(picture).not.toMatch(/<script|NaN|undefined/);
  });

  it('is told by pairs alone where even that could not be read', () => {
    const many = Array.from({ length: 400 }, (_, index) => `species ${index}`);
    expect(textOf(confusionTable(many, cells))).toMatch(/^<p class="muted">A matrix of 400 classes/);
  });
});
