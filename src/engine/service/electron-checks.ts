import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DoctorReport } from '../../shared/contract/endpoint.ts';
import { findElectron } from './electron-runtime.ts';

type Check = DoctorReport['checks'][number];

const ROOT = path.join(import.meta.dirname, '../../..');

/** Settings of the kernel that keep an ordinary user's Chromium from its sandbox, by the value that does. */
const FORBIDDING = [
  { name: 'kernel.unprivileged_userns_clone', value: '0', allow: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', value: '1', allow: '0' },
  { name: 'user.max_user_namespaces', value: '0', allow: '15000' },
] as const;

/** A kernel setting; null where this kernel has none of that name. */
function readSetting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * Whether Chromium's sandbox can be had. As root there is none, and it is not asked for.
 *
 * @param read gives a kernel setting
 */
export function sandboxCheck(userId: number | undefined, read: (name: string) => string | null = readSetting): Check {
  const name = 'Window sandbox';
  if (userId === 0) return { name, ok: true, found: 'off: Chromium has none for root', mend: null };
  const forbidding = FORBIDDING.find((setting) => read(setting.name) === setting.value);
  if (!forbidding) return { name, ok: true, found: 'on', mend: null };
  return {
    name,
    ok: false,
    found: `the kernel forbids user namespaces (${forbidding.name} = ${forbidding.value}), so the window cannot start`,
    mend: `sudo sysctl -w ${forbidding.name}=${forbidding.allow}`,
  };
}

/** The desktop's runtime and where it came from. That it was never fetched is no fault: only the desktop needs it. */
export function electronChecks(): Check[] {
  const manifest = process.env['THAW_TOOLCHAIN'] ?? '';
  const found = findElectron(ROOT, path.dirname(path.dirname(manifest)));
  if (!found) return [{ name: 'Electron', ok: true, found: 'not fetched yet; `npm start` does', mend: null }];
  const warning = found.standIn ? '; past its end of life, `npm run setup` tries for a current one' : '';
  const electron = { name: 'Electron', ok: true, found: `${found.version} (${found.origin}${warning})`, mend: null };
  return process.platform === 'linux' ? [electron, sandboxCheck(process.getuid?.())] : [electron];
}
