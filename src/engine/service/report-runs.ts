import type { Exported, ReportRequest } from '../../shared/contract/run-exchange.ts';
import { reportOf } from '../exchange/report/report.ts';
import { writePieces } from '../exchange/write-pieces.ts';
import { assertRunsKnown } from '../experiment/run-export.ts';
import type { ServiceContext } from './context.ts';
import { writeExport } from './export-runs.ts';
import { reportedEvaluation } from './report-evaluation.ts';
import { thawVersion } from './version.ts';

/**
 * Writes a report of a run, or of several side by side.
 *
 * @throws ThawError `run.unknown`, `usage.invalid`, `disk.full`, `disk.readOnly`
 */
export async function reportRuns(context: ServiceContext, request: ReportRequest): Promise<Exported> {
  const runIds = [...new Set(request.runIds)];
  assertRunsKnown(context.log, runIds);
  const written = await writeExport(
    context,
    { runIds, output: request.output },
    {
      format: 'html',
      name: `${runIds.length === 1 ? (runIds[0] ?? '') : 'comparison'}.html`,
      kind: 'file',
      write: async (target) => {
        const [first = ''] = runIds;
        const evaluation = runIds.length === 1 ? await reportedEvaluation(context, first) : null;
        return writePieces(target, [await reportOf(context.log, runIds, thawVersion(), evaluation)]);
      },
    },
  );
  return { ...written, warnings: [] };
}
