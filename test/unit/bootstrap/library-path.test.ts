import { expect, it } from 'vitest';
import { libraryEnvironment } from '../../../scripts/bootstrap/library-path.mjs';

it.each([
  ['nothing where CUDA has no folders', [], { LD_LIBRARY_PATH: '/own' }, {}],
  ['the folders', ['/cublas', '/cudnn'], {}, { LD_LIBRARY_PATH: '/cublas:/cudnn' }],
  [
    "the folders before the user's own",
    ['/cublas'],
    { LD_LIBRARY_PATH: '/a:/b' },
    { LD_LIBRARY_PATH: '/cublas:/a:/b' },
  ],
  [
    'no empty folder, which would be the working one',
    ['/cublas'],
    { LD_LIBRARY_PATH: '' },
    { LD_LIBRARY_PATH: '/cublas' },
  ],
])('a process that loads TensorFlow is told %s', (_, folders, env, expected) => {
  expect(libraryEnvironment(folders, env)).toEqual(expected);
});
