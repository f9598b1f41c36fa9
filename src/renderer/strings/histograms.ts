import { count, metric } from './format.ts';

/** Words of the histograms over steps on a run's page. */
export const histograms = {
  title: 'Histograms over steps',
  hint: "How the values of the head's weights and the logits of a step's batch are spread: the oldest step at the back, the newest in front. The height is the square root of the density.",
  step: (tensor: string) => `Step of ${tensor}`,
  at: (step: number, epoch: number) => `Step ${count(step)}, epoch ${count(epoch)}`,
  ends: (low: number, high: number) => `from ${metric(low)} to ${metric(high)}`,
  half: (low: number, high: number) => `half of them between ${metric(low)} and ${metric(high)}`,
  chart: (tensor: string, first: number, last: number, low: number, high: number) =>
    `Histograms of ${tensor} from step ${count(first)} to ${count(last)}, values from ${metric(low)} to ${metric(high)}`,
};
