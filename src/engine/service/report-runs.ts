import type { Exported, ReportRequest } from '../../shared/contract/run-exchange.ts';
import { reportOf } from '../exchange/report/report.ts';
import { writePieces } from '../exchange/write-pieces.ts';
import { assertRunsKnown } from '../experiment/run-export.ts';
import type { ServiceContext } from './context.ts';
import { writeExport } from './export-runs.ts';
import { reportedDataset } from './report-dataset.ts';
import { reportedEvaluation } from './report-evaluation.ts';
import { thawVersion } from './version.ts';

/**
 * Writes a report of a run, or of several side by side.
 *
 * @throws ThawError `run.unknown`, `usage.invalid`, `task.cancelled`, `disk.full`, `disk.readOnly`
 */
export async function reportRuns(context: ServiceContext, request: ReportRequest): Promise<Exported> {
  const runIds = [...new Set(request.runIds)];
  assertRunsKnown(context.log, runIds);
  const written = await writeExport(
    context,
    { runIds, output: request.output, taskId: request.taskId },
    {
      format: 'html',
      name: `${runIds.length === 1 ? (runIds[0] ?? '') : 'comparison'}.html`,
      kind: 'file',
      unit: 'image',
      write: async (target, task) => {
        const [first = ''] = runIds;
        const alone =
          runIds.length === 1
            ? {
                dataset: await reportedDataset(context, first, task),
                evaluation: await reportedEvaluation(context, first, task),
              }
            : null;
        return writePieces(target, [await reportOf(context.log, runIds, thawVersion(), alone)]);
      },
    },
  );
  return { ...written, warnings: [] };
}
