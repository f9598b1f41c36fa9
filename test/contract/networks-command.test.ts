import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkCheck } from '../../src/shared/contract/network-check.ts';
import { networkDetail } from '../../src/shared/contract/network-detail.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const root = temporaryFolder();
const REFERENCE = path.join(import.meta.dirname, '../fixtures/references/keras-MobileNetV2@1.4-97.json');

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(['networks', ...parameters], { home: path.join(root, 'home'), cwd: root });
}

/** A reference whose checkpoint of that name has another mean. */
function withOtherMean(checkpoint: string): string {
  const text = readFileSync(REFERENCE, 'utf8');
  const at = text.indexOf('"mean":', text.indexOf(`"${checkpoint}":{`)) + '"mean":'.length;
  const file = path.join(root, `${checkpoint}.json`);
  writeFileSync(file, `${text.slice(0, at)}1e3${text.slice(at).replace(/^[^,]+/, '')}`);
  return file;
}

describe('thaw networks show', () => {
  it('prints the blocks, layers, shapes, parameters and preprocessing of a network', async () => {
    const { code, stdout } = await command('show', 'ResNet50');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'resnet50_224, also called resnet50, ResNet50\nKeras Applications ResNet50; He et al. 2015',
    );
    expect(stdout).toContain(
      'images: the largest centred part, to 224×224, bilinear; blue, green, red: pixel × 1 + (-103.939, -116.779, -123.68)',
    );
    expect(stdout).toContain('224×224×3 to 7×7×2048; 175 layers in 18 blocks; 23,587,712 parameters, 53,120 of them');
    // 64 filters of 7 x 7 x 3, and their bias.
    expect(stdout).toMatch(
      /conv1 +conv1_pad +zeroPadding2d +3 +230×230×3\n +conv1_conv +conv2d +7×7 \/2 +112×112×64 +9,472\n/,
    );
    expect(stdout).toMatch(/conv2_block1_add +add +56×56×256 +conv2_block1_0_bn, conv2_block1_3_bn\n/);
  });

  it('prints it as JSON, with its classifier where one is asked for', async () => {
    const { stdout } = await command('show', 'efficientnet_b0_64', '--classes', '5', '--json');
    const network = networkDetail.parse(JSON.parse(stdout));
    expect(network).toMatchObject({ name: 'efficientnet_b0_64', publisher: 'keras', outputShape: [5], aliases: [] });
    expect(network.layers.at(-1)).toMatchObject({
      name: 'predictions',
      tensors: [
        { name: 'predictions/kernel', shape: [1280, 5] },
        { name: 'predictions/bias', shape: [5] },
      ],
    });
    const total = network.blocks.reduce((sum, { parameters }) => sum + parameters, 0);
    expect(total).toBe(network.parameters);
    expect(network.blocks.map(({ name }) => name)).toContain('block4b');
  });

  it.each([
    ['resnet51', "Did you mean 'resnet50'"],
    ['../secret', 'A model is a file'],
  ])('refuses %s', async (name, told) => {
    const { code, stderr } = await command('show', name);
    expect(code).toBe(1);
    expect(stderr).toContain(told);
  });
});

describe('thaw networks check', () => {
  it('says of a network that computes what its reference says so', async () => {
    const { code, stdout } = await command('check', REFERENCE);
    expect(stdout).toContain('mobilenet_v2_1.4_97 computes what MobileNetV2@1.4 of keras does; 262 tensors');
    expect(stdout).toMatch(/as published: the output and 28 outputs on the way are equal/);
    expect(stdout).toMatch(/BatchNorm folded: the output and 11 outputs on the way are equal/);
    expect(code).toBe(0);
  });

  it('names the first output that differs, and ends with 1', async () => {
    const file = withOtherMean('block_5_add');
    const { code, stdout } = await command('check', file);
    expect(stdout).toContain('does NOT compute what');
    expect(stdout).toMatch(/as published: differs first at block_5_add: .* times what float32 allows/);
    expect(code).toBe(1);
    const { code: jsonCode, stdout: json } = await command('check', file, '--json');
    const found = networkCheck.parse(JSON.parse(json));
    expect(found).toMatchObject({ equal: false, network: 'mobilenet_v2_1.4_97' });
    expect(found.modes.map(({ firstDifference }) => firstDifference?.layer)).toEqual(['block_5_add', 'block_5_add']);
    expect(jsonCode).toBe(1);
  });

  it('refuses what is no reference with 2, and names other tensors than the network has', async () => {
    const image = path.join(root, 'photo.json');
    writeFileSync(image, 'JFIF');
    const refused = await command('check', image);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('A reference is a JSON document');
    const file = path.join(root, 'renamed.json');
    writeFileSync(file, readFileSync(REFERENCE, 'utf8').replace('"Conv1/kernel"', '"Conv9/kernel"'));
    const renamed = await command('check', file);
    expect(renamed.code).toBe(1);
    expect(renamed.stderr).toContain("of 'Conv9/kernel' mobilenet_v2_1.4_97 has none");
  });
});
