import { createHash } from 'node:crypto';
import path from 'node:path';
import { openLog } from '../../src/engine/experiment/log.ts';
import { pointKeys, walkPoints } from '../../src/engine/experiment/points-reader.ts';
import { readRunDocument } from '../../src/engine/experiment/run-document.ts';
import { ZipReader } from '../../src/engine/numpy/zip-reader.ts';
import { createService } from '../../src/engine/service/create-service.ts';
import type { CarriedCheckpoints, Imported } from '../../src/shared/contract/run-exchange.ts';
import { logFinishedRun } from './logged-run.ts';
import type { ZipContent } from './zip-file.ts';

/** A member of a `.thaw` file. */
interface Member {
  readonly name: string;
  readonly content: Buffer;
}

/** A run of a workspace, and the `.thaw` file that it was written to. */
export interface ExportedRun {
  readonly home: string;
  readonly runId: string;
  readonly file: string;
  readonly contents: readonly Member[];
}

async function withService<Result>(
  home: string,
  work: (service: ReturnType<typeof createService>) => Promise<Result>,
): Promise<Result> {
  const service = createService({ home, cache: path.join(home, '../cache') });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}

/** Writes a run of a workspace to a `.thaw` file. */
export function exportTo(
  { home, runId }: Pick<ExportedRun, 'home' | 'runId'>,
  target: string,
  checkpoints?: CarriedCheckpoints,
): Promise<unknown> {
  return withService(home, ({ transport }) =>
    transport.invoke('runs.export', {
      runIds: [runId],
      format: 'thaw',
      output: { kind: 'file', path: target },
      ...(checkpoints && { checkpoints }),
    }),
  );
}

/** Takes a `.thaw` file into a workspace. */
export function importInto(home: string, given: string): Promise<Imported> {
  return withService(home, ({ transport }) => transport.invoke('runs.import', { file: { kind: 'file', path: given } }));
}

/** All that the log has of a run beside what belongs to its machine. */
export function everything(at: string, id: string): unknown {
  const log = openLog(at);
  try {
    const points = (['step', 'epoch'] as const).map((by) =>
      pointKeys(log, id, by).map((key) => [key, [...walkPoints(log, id, by, key)].flat()]),
    );
    const { run, tables, evaluations } = readRunDocument(log, id);
    return {
      run: { ...run, parent_relation: null },
      tables: { ...tables, log_line: tables['log_line']?.filter(({ text }) => !String(text).startsWith('Imported')) },
      evaluations,
      points,
    };
  } finally {
    log.close();
  }
}

/** A run with all that a run can have, exported into a folder. */
export async function exportedRun(root: string): Promise<ExportedRun> {
  const home = path.join(root, 'home');
  const file = path.join(root, 'run.thaw');
  const log = openLog(home);
  const runId = logFinishedRun(log);
  log.write('organise it', (database) => {
    database.prepare("UPDATE run SET note = 'a note', starred = 1").run();
    database.prepare("INSERT INTO run_tag (run, tag) VALUES (1, 'baseline')").run();
    database
      .prepare(
        `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at)
         VALUES (1, 'validation', 8, 2, 4, 0.75, 0.5, 'evaluation/validation-00000008.npz', 1)`,
      )
      .run();
    database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (1, 0, 1, 4)').run();
  });
  log.close();
  await exportTo({ home, runId }, file);
  const zip = await ZipReader.open(file);
  const contents: Member[] = [];
  for (const member of zip.members.values()) {
    const pieces: Buffer[] = [];
    for await (const piece of zip.read(member)) pieces.push(piece);
    contents.push({ name: member.name, content: Buffer.concat(pieces) });
  }
  await zip.close();
  return { home, runId, file, contents };
}

/** Contents under a manifest that says truly what they are. */
export function listed(
  given: readonly ZipContent[],
  change: (manifest: Record<string, unknown>) => Record<string, unknown> = (manifest) => manifest,
): ZipContent[] {
  const own = given.filter(({ name }) => name !== 'manifest.json');
  const before = JSON.parse(String(given.find(({ name }) => name === 'manifest.json')?.content)) as Record<
    string,
    unknown
  >;
  const files = own.map(({ name, content, declaredBytes }) => ({
    path: name,
    bytes: declaredBytes ?? Buffer.from(content).length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return [...own, { name: 'manifest.json', content: JSON.stringify(change({ ...before, files })) }];
}
