import { homedir, hostname, userInfo } from 'node:os';
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
    ['write to jane.doe@example.org', 'write to <e-mail>'],
    ['http://127.0.0.1:4100/?token=abc#x failed', '<address> failed'],
    ['token=abc123&other', 'token=<secret>&other'],
    ['{"password": "hunter2"}', '{"password": "<secret>"}'],
    ['Authorization: Bearer abc.def', 'Authorization: <secret>'],
    [`hash ${'a1'.repeat(32)}`, 'hash <secret>'],
    ['listens on 192.168.1.7:80', 'listens on <address>:80'],
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

  it('redacts every text of a document, and keeps its keys and numbers', () => {
    const document = { path: '/mnt/scans/jane', sizes: [1, null, true], inner: [{ note: 'token: abc' }] };
    expect(redactDocument(document, redact)).toEqual({
      path: '<path>',
      sizes: [1, null, true],
      inner: [{ note: 'token: <secret>' }],
    });
  });
});
