/** Whether a window can be shown at all; only Linux and its kin run without a desktop. */
export function hasDisplay(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (platform === 'win32' || platform === 'darwin') return true;
  return Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY']);
}

/** Chromium refuses to run as root in its sandbox; everyone else always has it. */
export function sandboxArguments(userId: number | undefined = process.getuid?.()): readonly string[] {
  return userId === 0 ? ['--no-sandbox'] : [];
}
