import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paneWidths, PANE_LIMITS, trainLayout } from '../../../../src/renderer/state/train-layout.ts';

describe('the Train view', () => {
  it.each([
    [1376, 'three'],
    [1080, 'three'],
    [960, 'two'],
    [700, 'two'],
    [448, 'one'],
  ] as const)('at %i pixels shows its panes as %s', (width, layout) => {
    expect(trainLayout(width)).toBe(layout);
  });

  it('takes the usual widths where nothing was remembered', () => {
    expect(paneWidths(1376, 'three', { layers: undefined, plan: undefined })).toMatchObject({
      layers: PANE_LIMITS.layers.usual,
      plan: PANE_LIMITS.plan.usual,
    });
  });

  it('leaves the charts 380 pixels, whatever was remembered in a wider window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1080, max: 4000 }), fc.nat(10_000), fc.nat(10_000), (width, layers, plan) => {
        const widths = paneWidths(width, 'three', { layers, plan });
        expect(widths.layers + widths.plan).toBeLessThanOrEqual(width - 380);
        expect(widths.layers).toBeGreaterThanOrEqual(PANE_LIMITS.layers.least);
        expect(widths.plan).toBeGreaterThanOrEqual(PANE_LIMITS.plan.least);
        expect(widths.layers).toBeLessThanOrEqual(widths.mostLayers);
      }),
    );
  });
});
