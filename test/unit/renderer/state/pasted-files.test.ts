import { describe, expect, it } from 'vitest';
import { cameraProblem, pictureName } from '../../../../src/renderer/state/camera.svelte.ts';
import { clipboardImages, namedApart } from '../../../../src/renderer/state/pasted-files.ts';

const file = (name: string): File => new File(['x'], name);

describe('pasted files', () => {
  it('have names of their own, whatever they were called', () => {
    const named = namedApart(['image.png', 'image.png', 'IMAGE.png', '', '', '.hidden', 'a.b.jpg'].map(file));
    expect(named.map(({ path }) => path)).toEqual([
      'image.png',
      'image 2.png',
      'IMAGE 3.png',
      'pasted',
      ' 2',
      '.hidden',
      'a.b.jpg',
    ]);
  });

  it('are the images of the clipboard, each in one of its types', async () => {
    const item = (...types: string[]) => ({
      types,
      getType: (type: string) => Promise.resolve(new Blob([type], { type })),
    });
    const clipboard = {
      read: () => Promise.resolve([item('text/html', 'image/png'), item('text/plain'), item('image/jpeg')]),
    } as unknown as Clipboard;
    const images = await clipboardImages(clipboard);
    expect(images.map(({ name, type }) => [name, type])).toEqual([
      ['pasted.png', 'image/png'],
      ['pasted.jpg', 'image/jpeg'],
    ]);
  });
});

describe('a camera', () => {
  it.each([
    ['NotFoundError', 'none'],
    ['OverconstrainedError', 'none'],
    ['NotAllowedError', 'refused'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'failed'],
  ])('that gives %s is told as %s', (name, problem) => {
    expect(cameraProblem(new DOMException('no', name))).toBe(problem);
  });

  it('gives pictures names that sort by time', () => {
    expect(pictureName(new Date(2026, 0, 5, 9, 3, 7))).toBe('camera 2026-01-05 09.03.07.jpg');
  });
});
