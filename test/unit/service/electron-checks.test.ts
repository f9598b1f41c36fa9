import { describe, expect, it } from 'vitest';
import { electronChecks, sandboxCheck } from '../../../src/engine/service/electron-checks.ts';

describe('the doctor on the desktop', () => {
  it.each([
    ['kernel.unprivileged_userns_clone', '0', 'sudo sysctl -w kernel.unprivileged_userns_clone=1'],
    [
      'kernel.apparmor_restrict_unprivileged_userns',
      '1',
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['user.max_user_namespaces', '0', 'sudo sysctl -w user.max_user_namespaces=15000'],
  ])('explains that %s = %s forbids the sandbox', (name, value, mend) => {
    const check = sandboxCheck(1000, (asked) => (asked === name ? value : null));
    expect(check).toMatchObject({ ok: false, mend });
    expect(check.found).toContain(`${name} = ${value}`);
  });

  it('finds nothing wrong where the kernel allows it, nor as root', () => {
    expect(sandboxCheck(1000, () => null)).toMatchObject({ ok: true, found: 'on' });
    expect(sandboxCheck(0, () => '0')).toMatchObject({ ok: true });
  });

  it('tells of Electron without asking for it', () => {
    expect(electronChecks()[0]).toMatchObject({ name: 'Electron', ok: true, mend: null });
  });
});
