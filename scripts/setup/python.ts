import { readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runCommand } from '../bootstrap/command.mjs';
import { checkFile, download } from '../bootstrap/download.mjs';
import { clientEnvironment, pinned } from '../bootstrap/npm.mjs';
import { oneLine } from '../bootstrap/set-up-error.mjs';
import type { Context } from './context.ts';

/** A version of a package, for an interpreter and platforms that need not be this machine's. */
export interface WheelRequest {
  /** As pip writes it: `tensorflow-cpu==2.21.0`. */
  readonly requirement: string;
  /** Platform tags in pip's words, best first. */
  readonly tags: readonly string[];
  /** `3.11`; its libraries do not depend on it, but one interpreter means one file, whose checksum is pinned. */
  readonly python?: string;
  /** Which of the packages it needs are wanted too, by their normalised name; none when absent. */
  readonly alsoNeeds?: (packageName: string) => boolean;
}

const reportSchema = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      download_info: z.object({
        url: z.string(),
        archive_info: z.object({ hash: z.string().optional(), hashes: z.object({ sha256: z.string() }).optional() }),
      }),
    }),
  ),
});

/** @throws Error saying whether Python or its pip is missing */
export async function findPip(env: NodeJS.ProcessEnv): Promise<string> {
  const reasons: string[] = [];
  for (const command of process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python']) {
    try {
      await runCommand(command, ['-m', 'pip', '--version'], { env, timeoutMilliseconds: 60_000 });
      return command;
    } catch (error) {
      reasons.push(/No module named '?pip/.test(oneLine(error)) ? `${command} has no pip` : oneLine(error));
    }
  }
  throw new Error(reasons.join(', '));
}

/**
 * Downloads wheels: pip says where they lie and what their sha256 is; the download is ours, so that it shows its
 * progress and resumes. Where ours fails (an index that wants a login, an old pip), pip does that too.
 *
 * @returns the files, in `THAW_CACHE/toolchain/downloads`
 */
export async function downloadWheels(request: WheelRequest, context: Context): Promise<readonly string[]> {
  const env = clientEnvironment(context.toolchain, context.env);
  const python = await findPip(env);
  const folder = path.join(context.toolchain, 'downloads');
  const choice = [
    ...(request.alsoNeeds === undefined ? ['--no-deps'] : []),
    '--only-binary=:all:',
    ...(request.python === undefined ? [] : ['--python-version', request.python, '--implementation', 'cp']),
    ...request.tags.flatMap((tag) => ['--platform', tag]),
  ];
  const named = request.requirement.replace(/[[=].*/, '');
  const isWanted = (name: string) => name === named || request.alsoNeeds?.(name) === true;
  try {
    const question = ['install', '--dry-run', '--ignore-installed', '--quiet', '--report', '-'];
    const nowhere = path.join(context.toolchain, 'temporary', 'nothing-is-installed-here');
    const answer = await runCommand(
      python,
      ['-m', 'pip', ...question, ...choice, '--target', nowhere, request.requirement],
      { env },
    );
    const { install } = reportSchema.parse(JSON.parse(answer.slice(answer.indexOf('{'))));
    const files: string[] = [];
    for (const { metadata, download_info: found } of install) {
      if (!isWanted(normalise(metadata.name))) continue;
      const name = decodeURIComponent(path.posix.basename(new URL(found.url).pathname));
      const reported = found.archive_info.hashes?.sha256 ?? found.archive_info.hash?.replace(/^sha256=/, '');
      const checksum =
        pinned(context.pins.sha256, name) ?? (reported ? { algorithm: 'sha256' as const, hex: reported } : null);
      if (checksum === null) throw new Error(`the index gives no sha256 for ${metadata.name}`);
      const file = path.join(folder, name);
      await download({ url: found.url, file, checksum, say: context.say });
      files.push(file);
    }
    if (files.length === 0) throw new Error(`pip's answer names no ${named}`);
    return files;
  } catch (error) {
    // An answer that says "there is no such wheel" is the same however it is asked for.
    if (/No matching distribution/.test(oneLine(error)) || request.alsoNeeds !== undefined) throw error;
    context.say(`${oneLine(error)}; asking pip to fetch it instead`);
    return [await downloadByPip(python, env, choice, request.requirement, context)];
  }
}

/** One spelling of a package's name (PEP 503): `Tensorflow_cpu` is `tensorflow-cpu`. */
const normalise = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();

async function downloadByPip(
  python: string,
  env: NodeJS.ProcessEnv,
  choice: readonly string[],
  requirement: string,
  { toolchain, pins }: Context,
): Promise<string> {
  const folder = path.join(toolchain, 'downloads');
  const aside = path.join(folder, 'by-pip');
  rmSync(aside, { recursive: true, force: true });
  try {
    await runCommand(python, ['-m', 'pip', 'download', ...choice, '--dest', aside, requirement], { env, show: true });
    const [name] = readdirSync(aside);
    if (name === undefined) throw new Error(`pip download ${requirement} wrote nothing`);
    const file = path.join(folder, name);
    renameSync(path.join(aside, name), file);
    const checksum = pinned(pins.sha256, name);
    if (checksum !== null) await checkFile(file, checksum);
    return file;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
