import { readFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { Response } from '../../shared/contract/endpoint.ts';
import type { ServiceContext } from './context.ts';
import { examine } from './doctor.ts';
import { localLogFiles } from './local-log.ts';
import { checkLog } from './log-care.ts';
import { redactDocument, redactor } from './redact.ts';
import { thawVersion } from './version.ts';

/** Lines of the local log, and runs, that go into it: the last ones. */
const LINES = 2000;
const RUNS = 200;

const ABOUT = `What Thaw found on this machine, for whoever is to find out what went wrong.

report.json    the version, what \`thaw doctor\` finds, and the state of the log
settings.json  how Thaw is set
runs.json      the last runs without their names, notes, tags and datasets
thaw.log       the last lines of Thaw's own log

Folders, files, names of the person and the machine, of runs, tags, groups and classes, addresses and secrets were
replaced by words in angle brackets. Nothing that was given to a command, no image, no weights and no environment variable is
in it. Look through it before you give it away.
`;

interface ReportedRun {
  readonly id: string;
  readonly status: string;
  readonly network: string;
  readonly strategy: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly epochs: number;
  readonly epochsDone: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

function lastRuns(context: ServiceContext): ReportedRun[] {
  return context.log.read('read the runs', (database) =>
    database
      .prepare<[number], ReportedRun>(
        `SELECT id, status, network, strategy, created_at AS createdAt, ended_at AS endedAt, epochs,
                epochs_done AS epochsDone, error_code AS errorCode, error_message AS errorMessage
         FROM run ORDER BY number DESC LIMIT ?`,
      )
      .all(RUNS),
  );
}

function problemOf(error: unknown): unknown {
  return { problem: error instanceof Error ? error.message : String(error) };
}

/** What can be read is told, and why not where it cannot: a bundle is asked for when something is wrong. */
function orProblem(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return problemOf(error);
  }
}

function lastLines(home: string): string {
  const lines = localLogFiles(home).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  return lines.slice(-LINES - 1).join('\n');
}

/** Texts that name places of this workspace: data folders and the datasets that were used. */
function placesOf(context: ServiceContext): string[] {
  const found = orProblem(() =>
    context.log.read('read the datasets', (database) =>
      database
        .prepare<[], string>('SELECT DISTINCT dataset FROM run UNION SELECT DISTINCT root FROM run_dataset')
        .pluck()
        .all(),
    ),
  );
  const folders = Array.isArray(found) ? found.filter((folder) => typeof folder === 'string') : [];
  // Its last part alone is what windows show of it.
  return folders.flatMap((folder) => (path.isAbsolute(folder) ? [folder, path.basename(folder)] : []));
}

/**
 * Names that people gave, of runs, tags, groups and classes, as far as they stand in these texts: a log may know a great many.
 * One of a letter or two digits is in every text, and tells nothing.
 */
function namesIn(context: ServiceContext, texts: readonly string[]): string[] {
  const found = orProblem(() =>
    context.log.read('read the names', (database) =>
      database
        .prepare<[], string>(
          `SELECT name FROM run WHERE name <> network || ' · ' || strategy UNION SELECT tag FROM run_tag
           UNION SELECT name FROM run_group UNION SELECT name FROM run_class`,
        )
        .pluck()
        .all(),
    ),
  );
  const written = texts.map((text) => text.toLowerCase());
  return (Array.isArray(found) ? found : []).filter(
    (name): name is string =>
      typeof name === 'string' &&
      !/^(?:.|\d\d)$/.test(name) &&
      [name, JSON.stringify(name).slice(1, -1)].some((form) =>
        written.some((text) => text.includes(form.toLowerCase())),
      ),
  );
}

/**
 * A zip file with what is needed to find out what went wrong, fit to be shown to strangers.
 *
 * @returns its bytes and what is in it
 */
export async function bundleSupport(context: ServiceContext): Promise<Response<'system.support'>> {
  const doctor = await examine(context);
  const lines = lastLines(context.home);
  const documents = {
    'report.json': {
      version: thawVersion(),
      madeAt: new Date().toISOString(),
      doctor,
      log: await checkLog(context).catch(problemOf),
    },
    'settings.json': orProblem(() => context.settings.read().settings),
    'runs.json': orProblem(() => lastRuns(context)),
  };
  const redact = redactor([
    { text: context.home, by: '<data>' },
    { text: context.cache, by: '<cache>' },
    { text: path.join(import.meta.dirname, '../../..'), by: '<thaw>' },
    ...placesOf(context).map((text) => ({ text, by: '<dataset>' })),
    ...namesIn(context, [lines, JSON.stringify(documents)]).map((text) => ({ text, by: '<name>' })),
  ]);
  const files: Record<string, Uint8Array> = { 'about.txt': strToU8(ABOUT) };
  for (const [name, document] of Object.entries(documents)) {
    files[name] = strToU8(`${JSON.stringify(redactDocument(document, redact), null, 2)}\n`);
  }
  files['thaw.log'] = strToU8(redact(lines));
  return {
    bytes: zipSync(files, { level: 6 }),
    files: Object.entries(files).map(([name, content]) => ({ name, bytes: content.length })),
  };
}
