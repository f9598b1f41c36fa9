import { describe, expect, it } from 'vitest';
import { cutBase, describeCutBranch } from '../../../src/engine/network/cut-base.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

const resnet = findNetwork('resnet50_64').build();

describe('a network cut at a layer', () => {
  it('keeps what the layer is computed from, and gives its output', () => {
    const cut = cutBase(resnet, 'conv2_block1_1_relu');
    expect(cut.output).toBe('conv2_block1_1_relu');
    expect(layerShapes(cut).get(cut.output)).toEqual(layerShapes(resnet).get(cut.output));
    const names = cut.layers.map(({ name }) => name);
    expect(names.at(-1)).toBe(cut.output);
    // The shortcut of its block does not feed it.
    expect(names).not.toContain('conv2_block1_0_conv');
    expect(networkTensors(cut).every(({ layer }) => cut.pretrained.has(layer))).toBe(true);
    expect([...cut.pretrained].every((name) => names.includes(name))).toBe(true);
  });

  it('is itself where nothing is cut', () => {
    expect(cutBase(resnet, null)).toBe(resnet);
    expect(cutBase(resnet, resnet.output)).toBe(resnet);
  });

  it('refuses a layer that it does not have, naming the nearest', async () => {
    await expectError(
      () => cutBase(resnet, 'conv4_block3_ot'),
      'usage.invalid',
      "no layer 'conv4_block3_ot'",
      'conv4_block3_out',
    );
  });
});

describe('a head inside a residual branch', () => {
  it.each([
    ['conv4_block3_1_relu', 'conv4_block3_add'],
    ['conv2_block1_0_bn', 'conv2_block1_add'],
  ])('on %s is told where the branches meet', (base, meeting) => {
    expect(describeCutBranch(resnet, base)).toContain(`meet at '${meeting}'`);
  });

  it.each([null, 'conv4_block3_out', 'conv4_block3_add', 'conv1_relu'])('is none on %s', (base) => {
    expect(describeCutBranch(resnet, base)).toBeNull();
  });
});
