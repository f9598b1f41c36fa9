/** How the Train view divides its width: three panes, the plan over the charts, or one pane at a time. */
export type TrainLayout = 'three' | 'two' | 'one';

export const PANE_LIMITS = {
  layers: { usual: 416, least: 300, most: 720 },
  plan: { usual: 320, least: 280, most: 520 },
} as const;
/** What the charts keep, however far the others are drawn. */
const LEAST_CHARTS = 380;

export const THREE_PANES = 1080;
export const TWO_PANES = 700;

export function trainLayout(width: number): TrainLayout {
  if (width >= THREE_PANES) return 'three';
  return width >= TWO_PANES ? 'two' : 'one';
}

/** Widths in pixels: what was remembered, within limits, so that the charts keep their least width. */
export function paneWidths(
  width: number,
  layout: TrainLayout,
  remembered: { readonly layers: number | undefined; readonly plan: number | undefined },
): { readonly layers: number; readonly plan: number; readonly mostLayers: number; readonly mostPlan: number } {
  const { layers: ofLayers, plan: ofPlan } = PANE_LIMITS;
  const free = Math.max(0, width - LEAST_CHARTS);
  const mostPlan = layout === 'three' ? clamp(free - ofLayers.least, ofPlan.least, ofPlan.most) : ofPlan.most;
  const plan = clamp(remembered.plan ?? ofPlan.usual, ofPlan.least, mostPlan);
  const beside = layout === 'three' ? free - plan : free;
  const mostLayers = clamp(beside, ofLayers.least, ofLayers.most);
  return { plan, mostPlan, mostLayers, layers: clamp(remembered.layers ?? ofLayers.usual, ofLayers.least, mostLayers) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
