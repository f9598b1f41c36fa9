import { compareRuns } from '../../experiment/compare/compare-runs.ts';
import type { Log } from '../../experiment/log.ts';
import { readRelatives } from '../../experiment/relatives-reader.ts';
import { readRun } from '../../experiment/run-reader.ts';
import { readSeries } from '../../experiment/series-reader.ts';
import { comparisonReport } from './comparison-report.ts';
import { moment } from './figures.ts';
import { Html, html } from './html.ts';
import { runReport, type ReportedRun } from './run-report.ts';
import { STYLE } from './style.ts';

/** As many as a chart of this size can show. */
const MOST_POINTS = 600;
const KEYS = ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate'] as const;

/** What a report tells of a run that it has to itself. */
type Alone = Pick<ReportedRun, 'dataset' | 'evaluation'>;

async function readReported(log: Log, runId: string, alone: Alone | null): Promise<ReportedRun> {
  const series = await readSeries(log, runId, { by: 'epoch', keys: KEYS, maxPoints: MOST_POINTS });
  return {
    run: readRun(log, runId),
    relatives: readRelatives(log, runId),
    dataset: alone?.dataset ?? null,
    evaluation: alone?.evaluation ?? null,
    curves: new Map(series.map(({ key, x, y }) => [key, { x, y }])),
  };
}

/** A page that is whole: it fetches nothing and runs nothing, wherever it is opened. */
function page(title: string, content: Html, thaw: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${content}
          <footer>Written by Thaw ${thaw} at ${moment(Date.now())}.</footer>
        </main>
      </body>
    </html> `.text;
}

/**
 * A run, or several side by side, as one HTML file.
 *
 * @param runIds one or more
 * @param alone of the run, where it is one
 * @throws ThawError `run.unknown`
 */
export async function reportOf(
  log: Log,
  runIds: readonly string[],
  thaw: string,
  alone: Alone | null,
): Promise<string> {
  const runs: ReportedRun[] = [];
  for (const runId of runIds) runs.push(await readReported(log, runId, runIds.length === 1 ? alone : null));
  const [first] = runs;
  if (first && runs.length === 1) return page(first.run.summary.name, runReport(first), thaw);
  return page(`${runs.length} runs compared`, comparisonReport(runs, compareRuns(log, runIds)), thaw);
}
