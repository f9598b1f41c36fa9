import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { runsCsv } from '../../../src/engine/exchange/tables/csv.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import type { ExportFormat } from '../../../src/shared/contract/run-exchange.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
let runIds: string[] = [];

async function written(format: ExportFormat, metrics = false): Promise<string> {
  const service = createService({ home, cache: path.join(root, 'cache') });
  const file = path.join(root, `out.${format}`);
  try {
    await service.transport.invoke('runs.export', { runIds, format, metrics, output: { kind: 'file', path: file } });
    return readFileSync(file, 'utf8');
  } finally {
    await service.close();
  }
}

/** Reads comma-separated values as RFC 4180 says. */
function cells(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

beforeAll(() => {
  const log = openLog(home);
  runIds = [logFinishedRun(log), logFinishedRun(log, { batchSize: 7 })];
  log.write('organise', (database) => {
    database
      .prepare(
        'UPDATE run SET name = \'=HYPERLINK("http://evil")\', note = \'-1, "quoted"\nand more\' WHERE number = 1',
      )
      .run();
    database.prepare("INSERT INTO run_tag (run, tag) VALUES (1, '@a'), (1, 'b')").run();
    database.prepare("UPDATE run SET note = '\n=1+1' WHERE number = 2").run();
  });
  log.close();
});

describe('runs as comma-separated values', () => {
  it('are a row each, with a column for all that any of them has', async () => {
    const [header = [], first = [], second = [], ...rest] = cells(await written('csv'));
    expect(rest).toEqual([]);
    expect(new Set(header).size).toBe(header.length);
    const of = (row: string[], column: string): string | undefined => row[header.indexOf(column)];
    expect([first, second].map((row) => of(row, 'run'))).toEqual(runIds);
    expect([first, second].map((row) => of(row, 'plan.batchSize'))).toEqual(['32', '7']);
    expect(of(first, 'val_accuracy')).toBe(String(1 - 0.6 / 2));
    expect(of(first, 'last(val_accuracy)')).toBe(String(1 - 0.6 / 3));
  });

  it('hold no cell that a spreadsheet would run, and numbers stay numbers', async () => {
    const [header = [], first = [], second = []] = cells(await written('csv'));
    const of = (column: string, row = first): string | undefined => row[header.indexOf(column)];
    expect(of('name')).toBe('\'=HYPERLINK("http://evil")');
    expect(of('note')).toBe('\'-1, "quoted"\nand more');
    // A cell that begins with a new line is trimmed by some, to the formula after it.
    expect(of('note', second)).toBe("'\n=1+1");
    expect(of('tags')).toBe("'@a; b");
    const numbers = cells(await written('csv', true))
      .slice(1)
      .map(([, , , , , value]) => value);
    expect(numbers).toContain('Infinity');
    for (const value of numbers) expect(value).toMatch(/^(?:-?\d.*|Infinity)$/);
  });

  it('hold every point of every metric where those are wanted', async () => {
    const [header, ...rows] = cells(await written('csv', true));
    expect(header).toEqual(['run', 'by', 'metric', 'step', 'epoch', 'value', 'time']);
    // Of each run two metrics of twelve steps and six of three epochs.
    expect(rows).toHaveLength(2 * (2 * 12 + 6 * 3));
    const loss = rows.filter(([run, by, key]) => run === runIds[1] && by === 'step' && key === 'loss');
    expect(loss.map(([, , , step, epoch, value]) => [step, epoch, value])).toEqual(
      Array.from({ length: 12 }, (_, index) => [
        String(index + 1),
        String(Math.floor(index / 4) + 1),
        String(1 / (index + 1)),
      ]),
    );
  });
});

describe('a table of runs', () => {
  it('is asked for between any two runs, also while its columns are gathered', () => {
    const log = openLog(home);
    const pieces = [...runsCsv(log, runIds)];
    log.close();
    // The other run's columns, the head, and a row each.
    expect(pieces.map((piece) => piece === '')).toEqual([true, false, false, false]);
  });
});

describe('runs as JSON', () => {
  it('are documents under a version, in the order in which they were asked for', async () => {
    const document = JSON.parse(await written('json')) as { schemaVersion: number; runs: Record<string, unknown>[] };
    expect(document.schemaVersion).toBe(1);
    expect(document.runs).toMatchObject([
      { run: runIds[0], name: '=HYPERLINK("http://evil")', tags: ['@a', 'b'], parameters: { 'plan.batchSize': 32 } },
      { run: runIds[1], parameters: { 'plan.batchSize': 7 }, metrics: { best_epoch: 2 } },
    ]);
  });

  it('hold every point where those are wanted, infinities as texts', async () => {
    const { runs } = JSON.parse(await written('json', true)) as {
      runs: { series: { by: string; metric: string; points: unknown[][] }[] }[];
    };
    const [run] = runs;
    const gradient = run?.series.find(({ metric }) => metric === 'gradient_norm/conv1');
    expect(gradient?.points.map(([step, , value]) => [step, value]).slice(0, 3)).toEqual([
      [1, 0.1],
      [2, 'Infinity'],
      [3, 0.3],
    ]);
    expect(run?.series.filter(({ by }) => by === 'epoch')).toHaveLength(6);
  });
});
