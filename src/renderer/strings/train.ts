/** Words of the Train view: layer tree, plan, inspector. */
export const train = {
  title: 'Train',
  layers: 'Layers',
  plan: 'Plan',
  charts: 'Charts',
  start: 'Train',
} as const;
