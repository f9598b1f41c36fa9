import { describe, expect, it } from 'vitest';
import {
  commonPrefix,
  expectedTensors,
  filterRows,
  mappingCsv,
} from '../../../../../src/renderer/views/network/mapping-rows.ts';
import type { MappedTensor } from '../../../../../src/shared/contract/weights-mapping.ts';

const loaded: MappedTensor = {
  tensor: 'conv1/kernel',
  shape: [3, 3, 3, 8],
  stored: { name: 'backbone.conv1.weight', shape: [8, 3, 3, 3], dtype: 'float32' },
  order: [2, 3, 1, 0],
  state: 'loaded',
};
const missing: MappedTensor = {
  tensor: 'conv2/kernel',
  shape: [1, 1, 8, 16],
  stored: null,
  order: null,
  state: 'missing',
};
const unexpected = (name: string): MappedTensor => ({
  ...{ tensor: null, shape: null, order: null },
  stored: { name, shape: [], dtype: 'int64' },
  state: 'unexpected',
});
const rows = [loaded, missing, unexpected('=HYPERLINK("x")'), unexpected('backbone.steps')];

describe('the rows of a mapping', () => {
  it.each([
    [null, '', rows],
    ['missing', '', [missing]],
    [null, 'CONV1', [loaded]],
    [null, 'backbone', [loaded, rows[3]]],
    ['unexpected', 'conv', []],
  ] as const)('of state %s with %j in a name are found', (state, text, expected) => {
    expect(filterRows(rows, { state, text })).toEqual(expected);
  });

  it('are written as values that no spreadsheet runs', () => {
    expect(mappingCsv(rows).split('\r\n')).toEqual([
      'state,tensor,shape,file_tensor,file_shape,file_dtype,axes',
      'loaded,conv1/kernel,3 3 3 8,backbone.conv1.weight,8 3 3 3,float32,2 3 1 0',
      'missing,conv2/kernel,1 1 8 16,,,,',
      `unexpected,,,"'=HYPERLINK(""x"")",,int64,`,
      'unexpected,,,backbone.steps,,int64,',
      '',
    ]);
  });

  it('are counted by what the network has', () => {
    expect(expectedTensors({ counts: { loaded: 3, shape: 2, missing: 1, unexpected: 9 } })).toBe(6);
  });
});

describe('the beginning that names have in common', () => {
  it.each([
    [['backbone.conv', 'backbone.bn'], 'backbone.'],
    [['model/conv', 'model/bn'], 'model/'],
    [['backbone.conv', 'head.bn'], null],
    [['backbone.conv'], null],
    [['conv', 'bn'], null],
    [[], null],
  ])('%j is %j', (names, expected) => {
    expect(commonPrefix([loaded, missing, ...names.map(unexpected)])).toBe(expected);
  });
});
