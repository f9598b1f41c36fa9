import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { projectRoot, readPins } from '../../../scripts/bootstrap/stamp.mjs';
import type { Context } from '../../../scripts/setup/context.ts';
import { fromInstaller } from '../../../scripts/setup/electron/installer.ts';
import { provideElectron } from '../../../scripts/setup/electron/provide.ts';
import { fromStandIn } from '../../../scripts/setup/electron/stand-in.ts';
import { hasDisplay, sandboxArguments } from '../../../scripts/start/surroundings.ts';
import { findElectron, STAND_IN_MARK, standInFolder } from '../../../src/engine/service/electron-runtime.ts';
import { sendBytes, startServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const work = temporaryFolder();
const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'node_modules/electron/package.json'), 'utf8')) as {
  readonly version: string;
};
const release = `electron-v${version}-${process.platform}-${process.arch}.zip`;

/** A program that answers as Electron does when it is asked for its version as a plain Node. */
const PROGRAM = '#!/bin/sh\necho 45\n';
const archive = Buffer.from(
  zipSync({ electron: [strToU8(PROGRAM), { os: 3, attrs: 0o755 << 16 }], version: strToU8(version) }),
);

interface ProjectChoice {
  readonly environment?: Readonly<Record<string, string>>;
  readonly sha256?: string;
}

/** A project with Electron's real package and its installer, whose sums name our archive. */
function makeProject(
  name: string,
  { environment = {}, sha256 = createHash('sha256').update(archive).digest('hex') }: ProjectChoice = {},
): Context {
  const root = path.join(work, name);
  const modules = path.join(root, 'node_modules');
  mkdirSync(modules, { recursive: true });
  // The installer writes beside itself, so its package is a copy; what it needs is not.
  cpSync(path.join(projectRoot, 'node_modules/electron'), path.join(modules, 'electron'), {
    recursive: true,
    filter: (source) => !source.includes(path.join('electron', 'dist')) && path.basename(source) !== 'path.txt',
  });
  for (const needed of ['@electron', '@electron-internal']) {
    symlinkSync(path.join(projectRoot, 'node_modules', needed), path.join(modules, needed), 'junction');
  }
  writeFileSync(path.join(modules, 'electron/checksums.json'), JSON.stringify({ [release]: sha256 }));
  return {
    root,
    toolchain: path.join(root, 'toolchain'),
    pins: readPins(),
    platform: 'linux-x64',
    env: { ...process.env, NO_PROXY: '127.0.0.1', ...environment },
    say: () => undefined,
  };
}

/** A stand-in as an earlier set-up left it. */
function leaveStandIn({ toolchain }: Context): void {
  const folder = standInFolder(toolchain);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'electron'), PROGRAM, { mode: 0o755 });
  writeFileSync(path.join(folder, STAND_IN_MARK), 'wheel of a test');
}

/** A mirror of the release's site. */
async function startMirror(): Promise<{ readonly ELECTRON_MIRROR: string; readonly asked: string[] }> {
  const { address, asked } = await startServer((request, response) => {
    if (request.url === `/v${version}/${release}`) sendBytes(request, response, archive);
    else response.writeHead(404).end();
  });
  return { ELECTRON_MIRROR: `${address}/`, asked };
}

const NOBODY = 'http://127.0.0.1:9/';

describe("Electron's own installer", () => {
  it('brings the release from where ELECTRON_MIRROR says, below the toolchain and its own package', async () => {
    const { ELECTRON_MIRROR, asked } = await startMirror();
    const context = makeProject('mirrored', { environment: { ELECTRON_MIRROR } });
    const runtime = await fromInstaller(context);
    expect(runtime).toMatchObject({ version, standIn: false, origin: 'its own installer' });
    expect(runtime.executable).toBe(path.join(context.root, 'node_modules/electron/dist/electron'));
    expect(findElectron(context.root, context.toolchain)).toEqual(runtime);
    expect(asked).toEqual([`/v${version}/${release}`]);
    expect(await provideElectron(context)).toEqual(runtime);
    expect(asked).toHaveLength(1);
  });

  it('refuses an archive that is not the one its package names', async () => {
    const { ELECTRON_MIRROR } = await startMirror();
    const context = makeProject('forged', { environment: { ELECTRON_MIRROR }, sha256: '0'.repeat(64) });
    await expect(fromInstaller(context)).rejects.toThrow(/checksum|did not match|sha256/i);
    expect(findElectron(context.root, context.toolchain)).toBeNull();
  });
});

describe('the Electron to start', () => {
  it('is what stands in, where the release cannot be reached, and is not asked for again at each start', async () => {
    const context = makeProject('fallback', { environment: { ELECTRON_MIRROR: NOBODY } });
    leaveStandIn(context);
    expect(await provideElectron(context)).toMatchObject({ standIn: true, origin: 'wheel of a test' });
  });

  it('becomes the release when the set-up tries again and reaches it', async () => {
    const { ELECTRON_MIRROR } = await startMirror();
    const context = makeProject('again', { environment: { ELECTRON_MIRROR } });
    leaveStandIn(context);
    expect(await provideElectron(context)).toMatchObject({ standIn: true });
    expect(await provideElectron(context, true)).toMatchObject({ standIn: false, version });
    expect(await provideElectron(context)).toMatchObject({ standIn: false });
  });

  it('is never a stand-in where that is forbidden: every route is told, and what else there is', async () => {
    const environment = { ELECTRON_MIRROR: NOBODY, THAW_ELECTRON_FALLBACK: 'never' };
    const context = makeProject('forbidden', { environment });
    leaveStandIn(context);
    await expect(provideElectron(context)).rejects.toThrow(
      /its own installer: [\s\S]*stand-in from a wheel: THAW_ELECTRON_FALLBACK=never forbids it/,
    );
  });

  it.each(['linux-arm64', 'darwin-arm64', 'win32-x64'])('has no stand-in on %s', async (platform) => {
    await expect(fromStandIn({ ...makeProject(`on-${platform}`), platform })).rejects.toThrow(`none for ${platform}`);
  });
});

describe('a start', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['linux', {}, false],
    ['linux', { DISPLAY: '' }, false],
    ['darwin', {}, true],
    ['win32', {}, true],
  ])('on %s with %j has a display: %s', (platform, env, expected) => {
    expect(hasDisplay(env, platform)).toBe(expected);
  });

  it('gives up the sandbox as root alone', () => {
    expect(sandboxArguments(0)).toEqual(['--no-sandbox']);
    expect(sandboxArguments(1000)).toEqual([]);
  });
});
