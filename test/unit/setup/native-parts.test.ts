import { describe, expect, it } from 'vitest';
import { readPins } from '../../../scripts/bootstrap/stamp.mjs';
import type { Binding } from '../../../scripts/setup/binding.ts';
import type { Context } from '../../../scripts/setup/context.ts';
import { provideNativeParts, routesFor, type Route } from '../../../scripts/setup/native-parts.ts';
import type { TensorFlowFiles } from '../../../scripts/setup/tensorflow.ts';

const said: string[] = [];
const context: Context = {
  root: '.',
  toolchain: '/toolchain',
  pins: readPins(),
  platform: 'linux-x64',
  env: {},
  say: (line) => said.push(line),
};

const files = (name: string): TensorFlowFiles => ({
  origin: name,
  directory: `/${name}`,
  libraries: [`/${name}/libtensorflow_cc.so.2`],
  include: `/${name}/include`,
  libraryPaths: [],
});
const working = (name: string): Route => ({ name, provide: () => files(name) });
const failing = (name: string, reason: string): Route => ({ name, provide: () => Promise.reject(new Error(reason)) });
const bind = ({ origin }: TensorFlowFiles): Promise<Binding> =>
  origin === 'unloadable'
    ? Promise.reject(new Error('version GLIBC_2.99 not found'))
    : Promise.resolve({ path: `/binding/${origin}`, compiler: 'g++', tensorflowVersion: '2.21.0' });

describe('the routes to TensorFlow', () => {
  it.each([
    { directory: null, names: ['installed Python TensorFlow', 'TensorFlow wheel', 'libtensorflow archive'] },
    {
      directory: '/opt/tf',
      names: ['THAW_TENSORFLOW_DIR', 'installed Python TensorFlow', 'TensorFlow wheel', 'libtensorflow archive'],
    },
  ])('with THAW_TENSORFLOW_DIR=$directory are $names', ({ directory, names }) => {
    expect(routesFor(directory).map(({ name }) => name)).toEqual(names);
  });

  it('end with the first that gives both a TensorFlow and a binding that loads', async () => {
    said.length = 0;
    const routes = [failing('first', 'not\n here'), working('unloadable'), working('third'), failing('never', 'asked')];
    const parts = await provideNativeParts(routes, context, bind);
    expect(parts).toEqual({
      tensorflow: { version: '2.21.0', origin: 'third', directory: '/third', libraryPaths: [] },
      binding: { path: '/binding/third', compiler: 'g++' },
      missing: [],
      files: ['/third/libtensorflow_cc.so.2', '/binding/third'],
    });
    expect(said).toEqual([
      'Not available: first: not | here',
      'Not available: unloadable: version GLIBC_2.99 not found',
    ]);
  });

  it.each([
    {
      part: 'tensorflow',
      routes: [failing('a', 'no pip'), failing('b', 'offline')],
      reasons: ['a: no pip', 'b: offline'],
    },
    {
      part: 'binding',
      routes: [failing('a', 'no pip'), working('unloadable')],
      reasons: ['a: no pip', 'unloadable: version GLIBC_2.99 not found'],
    },
  ])('that all fail leave the $part missing, with a line for each', async ({ part, routes, reasons }) => {
    const parts = await provideNativeParts(routes, context, bind);
    expect(parts).toEqual({ tensorflow: null, binding: null, missing: [{ part, reasons }], files: [] });
  });

  it('name what is wrong with the folder of THAW_TENSORFLOW_DIR', async () => {
    const [route] = routesFor('/does/not/exist');
    const parts = await provideNativeParts(route ? [route] : [], context, bind);
    expect(parts.missing[0]?.reasons).toEqual(['THAW_TENSORFLOW_DIR: /does/not/exist does not exist']);
  });
});
