import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { weightsCheck } from '../../src/shared/contract/weights-check.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const home = temporaryFolder();
const PHOTOS = ['titu_cheetah.jpg', 'hub_dog_samoyed.jpg', 'tflite_pizza.jpg'];

function check(...parameters: string[]): Promise<CommandResult> {
  const photos = PHOTOS.map((name) => sharedPath('data/sanity_photos', name));
  return thaw(['weights', 'check', ...parameters, ...photos], { home });
}

describeShared('thaw weights check', () => {
  const labels = sharedPath('data/labels/imagenet_class_index.json');

  it.each([
    ['mobilenet_v1_0.25_224', 'tfjs/mobilenet_v1_0.25_224', 'reference_top5_mobilenet_v1_0.25_numpy.json'],
    [
      'mobilenet_v1_0.25_224',
      'keras/stm32_mobilenet_v1_0.25_224_imagenet1000.h5',
      'reference_top5_mobilenet_v1_0.25_numpy.json',
    ],
    [
      'mobilenet_v1_leaky_0.25_224@torch',
      'pytorch/mobilenetV1X0.25_pretrain.tar',
      'reference_top5_mobilenetV1X0.25_pytorch_numpy.json',
    ],
  ])('takes photos for what they show, by %s with %s', async (network, weights, reference) => {
    const stretched = network.endsWith('@torch') ? [] : ['--resize', 'stretch'];
    const source = sharedPath('weights', weights);
    const { code, stdout, stderr } = await check(
      ...['--network', network, '--weights', source, '--labels', labels, ...stretched, '--json'],
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const found = weightsCheck.parse(JSON.parse(stdout));
    const expected = JSON.parse(readFileSync(sharedPath('data/sanity_photos', reference), 'utf8')) as Record<
      string,
      [string, number][]
    >;
    expect(found.classes).toBe(1000);
    for (const { path: photo, classes } of found.images) {
      const [first] = expected[path.basename(photo)] ?? [];
      expect(classes).toHaveLength(5);
      expect(classes[0]?.name, photo).toBe(first?.[0]);
      expect(Math.abs((classes[0]?.probability ?? 0) - (first?.[1] ?? 0)), photo).toBeLessThan(0.0005);
    }
  });

  it('runs images through what has no classifier of its own', async () => {
    const source = sharedPath('weights/keras/mobilenet_2_5_224_tf_no_top.h5');
    const { stdout } = await check('--network', 'MobileNet@0.25', '--weights', source, '--json');
    const { classes, images } = weightsCheck.parse(JSON.parse(stdout));
    expect(classes).toBeNull();
    for (const { output } of images) expect(output?.standardDeviation).toBeGreaterThan(0.5);
  });

  it('refuses weights that leave a part of the network without values', async () => {
    const source = sharedPath('weights/keras/mobilenet_2_5_224_tf_no_top.h5');
    const { code, stderr } = await check('--network', 'MobileNet@0.25', '--weights', source, '--map', 'not:^conv1/');
    expect(code).toBe(1);
    expect(stderr).toContain("the first 'conv1/kernel'");
  });
});
