import { spawnSync } from 'node:child_process';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactDocument, redactor } from '../../../src/engine/service/redact.ts';

const redact = redactor([
  { text: '/srv/thaw/home', by: '<data>' },
  { text: '/srv/thaw', by: '<thaw>' },
  { text: 'patients', by: '<dataset>' },
]);

describe('redacting a text', () => {
  it.each([
    ["Could not read '/mnt/scans/Jane Doe/1.png'.", "Could not read '<path>'."],
    ['Could not read /mnt/scans/jane/1.png, it is gone', 'Could not read <path>, it is gone'],
    ["'C:\\Users\\Jane Doe\\photos' is not there", "'<path>' is not there"],
    ['at C:\\Users\\jane\\a.ts:1:2', 'at <path>'],
    ["'\\\\server\\share\\scans'", "'<path>'"],
    ["'/srv/thaw/home/runs/20261126-1'", "'<path>'"],
    ['image jane_doe.png: "cats/jane.png" is no image', 'image <name>: "<name>" is no image'],
    ["class 'jane.doe'", "class '<name>'"],
    ['at run (file:///srv/thaw/src/engine/a.ts:1:2)', 'at run (<thaw>/src/engine/a.ts:1:2)'],
    ['at run (file:///usr/lib/jane/a.ts:1:2)', 'at run (<path>)'],
    ['at run (/srv/thaw/src/engine/a.ts:1:2)', 'at run (<thaw>/src/engine/a.ts:1:2)'],
    ['the folder of patients', 'the folder of <dataset>'],
    ['train --dataset data/jane-doe --epochs 3', 'train --dataset <path> --epochs 3'],
    ['see ../jane and ./jane or ~/jane, or data\\jane', 'see <path> and <path> or <path>, or <path>'],
    ['train /mnt/x/My Photos/secret project/a', 'train <path> <path> <path>'],
    ['/Müller/Jörg and Müller/Jörg', '<path> and <path>'],
    ['Zoë.png', '<name>'],
    ['at node:internal/process/task_queues:105:5', 'at node:internal/process/task_queues:105:5'],
    ['write to jane.doe@example.org', 'write to <e-mail>'],
    ['http://127.0.0.1:4100/?token=abc#x failed', '<address> failed'],
    ['token=abc123&other', 'token=<secret>&other'],
    ['api_key=abc123, accessToken: xyz9', 'api_key=<secret>, accessToken: <secret>'],
    ['MY_TOKEN=foo X-Api-Key: bar', 'MY_TOKEN=<secret> X-Api-Key: <secret>'],
    ['{"password": "hunter2"}', '{"password": "<secret>"}'],
    ['Authorization: Bearer abc.def', 'Authorization: <secret>'],
    [`hash ${'a1'.repeat(32)}`, 'hash <secret>'],
    ['listens on 192.168.1.7:80', 'listens on <address>:80'],
    [
      'listens on [::1]:80, fe80::1c2:ff and 2001:db8:0:0:1:2:3:4',
      'listens on [<address>]:80, <address> and <address>',
    ],
    ['std::bad_alloc at 18:00:00, a.ts:1:2', 'std::bad_alloc at 18:00:00, a.ts:1:2'],
    [
      '2026-11-26T18:00:00.000Z error [12] epoch 3/60, 1.5 MB/s',
      '2026-11-26T18:00:00.000Z error [12] epoch 3/60, 1.5 MB/s',
    ],
    ['log.unreadable: the trainer ended with signal SIGKILL', 'log.unreadable: the trainer ended with signal SIGKILL'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('leaves nothing of the home folder, the user and the machine, however it is written', () => {
    const home = homedir();
    for (const text of [home, `${home}/thaw`, `'${home}/My Photos/x.png'`, home.toUpperCase(), `(${home}/a/b.ts:1)`]) {
      expect(redact(text).toLowerCase()).not.toContain(home.toLowerCase());
    }
    expect(redact(`${userInfo().username} at ${hostname()}`)).toBe('<user> at <host>');
  });

  it('leaves no absolute path within a text, whatever its folders are called', () => {
    const part = fc.stringMatching(/^[a-z][a-z0-9_-]{2,11}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 6 }),
        fc.constantFrom(' ', "'", '"', '(', ': '),
        (parts, before) => {
          const path = `/${parts.join('/')}`;
          const after = before === '(' ? ')' : before.trim() === ':' ? '' : before;
          expect(redact(`It failed at${before === ' ' ? '' : ' '}${before}${path}${after}`)).not.toContain(
            parts.join('/'),
          );
        },
      ),
    );
  });

  it.each(['.', 'a', '-', 'a.', '/', 'a/', '@', 'a:', ' ', "'", 'key', '::'])(
    'takes no more time than a long text is long: %j over and over',
    (part) => {
      for (const before of ['', "'", '"', 'a']) {
        expect(redact(`${before}${part.repeat(60_000)}`).length).toBeGreaterThan(0);
      }
    },
  );

  it.skipIf(process.getuid?.() !== 0)('knows no name of a user that the system has no entry for', () => {
    const module = path.join(import.meta.dirname, '../../../src/engine/service/redact.ts');
    const script = `import { redactor } from ${JSON.stringify(module)};
      process.setuid(54321);
      console.log(redactor([])('see /mnt/jane'));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('see <path>\n');
  });

  it('redacts every text of a document, and keeps its keys and numbers', () => {
    const document = { path: '/mnt/scans/jane', sizes: [1, null, true], inner: [{ note: 'token: abc' }] };
    expect(redactDocument(document, redact)).toEqual({
      path: '<path>',
      sizes: [1, null, true],
      inner: [{ note: 'token: <secret>' }],
    });
  });
});
