import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { html } from '../../../src/engine/exchange/report/html.ts';
import { lineChart } from '../../../src/engine/exchange/report/line-chart.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const ATTACK = `</title><script>alert(1)</script><img src=x onerror="alert(2)">'&`;
let runIds: string[] = [];

async function report(ids: string[]): Promise<string> {
  const service = createService({ home, cache: path.join(root, 'cache') });
  const file = path.join(root, 'report.html');
  try {
    await service.transport.invoke('runs.report', { runIds: ids, output: { kind: 'file', path: file } });
    // How its lines are broken is nobody's concern.
    return readFileSync(file, 'utf8')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/(?<=>) | (?=<)/g, '');
  } finally {
    await service.close();
  }
}

/** What a page would fetch or run. */
function assertWhole(page: string): void {
  // Pictures lie within it.
  const rest = page.replaceAll(/<img src="data:image\/jpeg;base64,[A-Za-z0-9+/=]+" alt="[^"<>]*" \/>/g, '');
  expect(rest).not.toMatch(/<script|<img|<link|<iframe|\son\w+="|javascript:/i);
  expect(rest).not.toMatch(/\b(?:src|href|action)="|url\(|@import/i);
  expect(page).toContain('default-src &#39;none&#39;');
}

beforeAll(() => {
  const log = openLog(home);
  runIds = [
    logFinishedRun(log),
    logFinishedRun(log, { batchSize: 7, rules: [{ action: 'freeze', pattern: '/<b>/' }] }),
  ];
  log.write('organise', (database) => {
    database.prepare('UPDATE run SET name = ?, note = ?, starred = 1 WHERE number = 1').run(ATTACK, ATTACK);
    database.prepare('INSERT INTO run_tag (run, tag) VALUES (1, ?)').run(ATTACK);
  });
  log.close();
});

describe('the report of a run', () => {
  it('is one page that fetches and runs nothing, whatever the run is called', async () => {
    const page = await report(runIds.slice(0, 1));
    assertWhole(page);
    expect(page).toContain('&lt;/title&gt;&lt;script&gt;alert(1)');
    expect(page).toContain('/photos/of &lt;b&gt;bees&lt;/b&gt;');
    expect(page).toContain('ants, \u2068蜜蜂 🐝\u2069');
  });

  it('keeps names that turn the direction of writing around from turning what follows them', async () => {
    const turned = '\u202egnp.tac';
    const log = openLog(home);
    const runId = logFinishedRun(log);
    log.write('organise', (database) => {
      const { number } = database.prepare('SELECT number FROM run WHERE id = ?').get(runId) as { number: number };
      database.prepare('UPDATE run SET name = ? WHERE number = ?').run(turned, number);
      for (const tag of [turned, 'plain']) {
        database.prepare('INSERT INTO run_tag (run, tag) VALUES (?, ?)').run(number, tag);
      }
      database.prepare('UPDATE run_class SET name = ? WHERE run = ? AND position = 0').run(turned, number);
    });
    log.close();
    const page = await report([runId]);
    expect(page).toContain(`<h1><bdi>${turned}</bdi></h1>`);
    expect(page).toMatch(new RegExp(`tags: (?:plain, )?\u2068${turned}\u2069`));
    expect(page).toContain(`\u2068${turned}\u2069, \u2068蜜蜂`);
    expect(await report([runId, runIds[0] ?? ''])).toMatch(new RegExp(`<b><bdi>${turned}</bdi></b ?>\\. Finished`));
  });

  it('has what the run was, its curves, its layers with their proof, its plan and environment', async () => {
    const page = await report(runIds.slice(1));
    expect(page).toContain('Finished: 3 epochs of a new head on the features of mobilenet_v1_0.25_96 on 8 images');
    expect(page).toMatch(/aria-label="Loss by epoch: train ends at 0\.3333; validation ends at 0\.4"/);
    expect(page.match(/<path class="curve" d="M[\d. ]+L/g)).toHaveLength(4);
    expect(page).toContain('title="conv1: conv2d, frozen, 216 parameters, proven unchanged"');
    expect(page).toContain('title="logits: dense, trainable, 514 parameters"');
    expect(page).toMatch(/<th scope="row">batchSize<\/th>\s*<td>7<\/td>/);
    expect(page).toMatch(/<th scope="row">tensorflow<\/th>\s*<td>2\.21\.0<\/td>/);
    expect(page).toContain('one image was left out');
  });
});

describe('the report of several runs', () => {
  it('draws their curves in one chart and says what differs', async () => {
    const page = await report(runIds);
    assertWhole(page);
    const [, chart = ''] = page.split('aria-label="Validation accuracy by epoch');
    expect(chart.split('</svg>')[0]?.match(/class="curve"/g)).toHaveLength(2);
    const [, differs = ''] = page.split('What differs');
    expect(differs).toMatch(/plan\.batchSize<\/th><td>32<\/td><td>7<\/td>/);
    expect(differs.split('Layers')[0]).not.toContain('plan.seed');
  });

  it('is of runs that are there, each once', async () => {
    await expectError(() => report([runIds[0] ?? '', 'nope']), 'run.unknown', 'nope');
    expect(await report([runIds[1] ?? '', runIds[1] ?? ''])).not.toContain('compared');
  });
});

describe('markup', () => {
  it('keeps any text a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const { text: made } = html`<p title="${text}">${text}</p>`;
        const [, attribute = '', content = ''] = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/s.exec(made) ?? [];
        expect(attribute).toBe(content);
        expect(made.startsWith('<p title="')).toBe(true);
        expect(content.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[&<>"']/);
      }),
    );
  });
});

describe('a chart', () => {
  it.each([
    { what: 'nothing', y: [], drawn: false },
    { what: 'no numbers', y: [Number.NaN, Infinity], drawn: false },
    { what: 'one point', y: [0.5], drawn: true },
    { what: 'one value again and again', y: [3, 3, 3], drawn: true },
    { what: 'a gap', y: [1, Number.NaN, 2], drawn: true },
    { what: 'values far apart', y: [-1e30, 1e-30, 1e30], drawn: true },
  ])('of $what is drawn within its frame, or not at all', ({ y, drawn }) => {
    const curve = { label: 'c', mark: 0, x: Float64Array.from(y.keys()), y: Float64Array.from(y) };
    const chart = lineChart('T', 'epoch', [curve])?.text ?? null;
    expect(chart !== null).toBe(drawn);
    if (chart === null) return;
    expect(chart).not.toMatch(/NaN|Infinity|undefined/);
    for (const [, x = '', at = ''] of chart.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThanOrEqual(480);
      expect(Number(at)).toBeGreaterThanOrEqual(0);
      expect(Number(at)).toBeLessThanOrEqual(240);
    }
  });
});
