import { renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import type { Request } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { writeRenamedWeights } from '../../support/renamed-weights.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

type Asked = Request<'activations.maps'>;
let about: Pick<Asked, 'source' | 'image'>;
beforeAll(async () => {
  const { transport } = service;
  const { datasetId } = await transport.invoke('dataset.open', { dataset: { kind: 'sample' } });
  const { images } = await transport.invoke('dataset.images', { datasetId, offset: 0, limit: 1 });
  const { plan } = await transport.invoke('plan.preview', {});
  about = {
    source: { kind: 'network', network: plan?.network ?? '' },
    image: { imageId: images[0]?.imageId ?? '' },
  };
});

const maps = (asked: Partial<Asked> & Pick<Asked, 'layer'>) =>
  service.transport.invoke('activations.maps', { ...about, offset: 0, limit: 64, size: 64, ...asked });

describe('what a layer makes of an image, to be looked at', () => {
  it('has the values that the layer gives, by pages', async () => {
    const layer = 'conv_pw_11_relu';
    const whole = await service.transport.invoke('activations', { ...about, layer, withValues: true });
    const [first, second] = [await maps({ layer }), await maps({ layer, offset: 64 })];
    expect(first.shape).toEqual([6, 6, 128]);
    expect([...first.channels, ...second.channels]).toEqual(whole.channels);
    expect([first.offset, second.offset]).toEqual([0, 64]);
    const values = whole.values ?? new Float32Array();
    for (const [page, channel] of [
      [first, 5],
      [second, 64],
    ] as const) {
      const at = channel - page.offset;
      const { minimum = NaN, maximum = NaN } = page.channels[at] ?? {};
      const drawn = [...page.maps.subarray(at * 36, (at + 1) * 36)];
      drawn.forEach((byte, place) => {
        const value = values[place * 128 + channel] ?? NaN;
        expect(Math.abs(minimum + (byte / 255) * (maximum - minimum) - value)).toBeLessThanOrEqual(
          (maximum - minimum) / 255,
        );
      });
    }
    expect(first.whole.maximum).toBe(Math.max(...values));
    expect(first.whole.minimum).toBe(Math.min(...values));
    expect(first.whole.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 4);
  });

  it('turns a page without computing again', async () => {
    await maps({ layer: 'conv_pw_13_relu' });
    // Whatever would be computed under the id of what is under way is refused.
    const taskId = 'under way';
    const other = maps({ layer: 'conv1_relu', taskId });
    const last = await maps({ layer: 'conv_pw_13_relu', offset: 192, taskId });
    expect(last.channels).toHaveLength(64);
    expect((await other).shape).toHaveLength(3);
  });

  it('computes again for weights that were replaced', async () => {
    const [file, other] = ['weights.safetensors', 'other.safetensors'].map((name) => path.join(home, name));
    const name = 'mobilenet_v1_0.25_32';
    await writeRenamedWeights(file ?? '', name, (own) => own);
    await writeRenamedWeights(other ?? '', name, (own) => own, 6);
    const source = { kind: 'network', network: name, weights: { kind: 'file', path: file ?? '' } } as const;
    const first = await maps({ source, layer: 'conv1_relu' });
    renameSync(other ?? '', file ?? '');
    const second = await maps({ source, layer: 'conv1_relu' });
    expect(second.whole).not.toEqual(first.whole);
  });

  it('begins with the last channel where it is asked for one beyond', async () => {
    expect(await maps({ layer: 'conv1_relu', offset: 999 })).toMatchObject({ offset: 7, channels: [{}] });
  });

  it('ends when it is cancelled, its process with it', async () => {
    const { transport } = service;
    const asked = maps({ layer: 'conv_pw_2_relu', taskId: 'look' });
    const refused = expectError(() => asked, 'task.cancelled');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await transport.invoke('task.cancel', { taskId: 'look' });
    await refused;
    expect((await maps({ layer: 'conv_pw_2_relu', taskId: 'look' })).shape).toEqual([24, 24, 32]);
  });

  it('is refused for a layer that is not there, and where nothing was learnt', async () => {
    await expectError(() => maps({ layer: 'logits' }), 'usage.noMatch');
    const source = { kind: 'network', network: 'resnet50_224' } as const;
    await expectError(() => maps({ source, layer: 'conv1_conv' }), 'usage.invalid', 'pretrained');
  });
});
