import { count } from './format.ts';
import { isolate } from './isolate.ts';

const share = (probability: number): string => `${(probability * 100).toFixed(1)} %`;

/** Words of the review of labels that are hard to believe. */
export const labelReview = {
  label: 'Labels that are hard to believe',
  begin: {
    title: 'Find label mistakes',
    hint: 'Each image is judged by a small classifier that was trained on the others, from what a network makes of them. What it would call otherwise comes first. No file is touched.',
    start: 'Find label mistakes',
    again: 'Look again',
    by: 'Look with',
    planned: (network: string) => `${isolate(network)}, as the plan has it`,
    run: (name: string, network: string) => `${isolate(name)} · ${isolate(network)}`,
    none: 'Choose a network with weights, or train a run first.',
    choose: 'Choose a network',
    reading: 'Looking for runs…',
  },
  progress: {
    preparing: 'Reading the dataset',
    features: 'Taking features',
    judging: 'Judging labels',
    of: (done: number, total: number) => `${count(done)} of ${count(total)} images`,
    share: (done: number, total: number) => `${Math.floor((done / total) * 100)} %`,
    rate: (rate: number) => `${count(Math.round(rate))} images/s`,
    left: (words: string) => `${words} left`,
    cancel: 'Cancel',
  },
  again: 'Try again',
  lead: (images: number, accuracy: number, network: string) =>
    `${count(images)} images judged by what ${isolate(network)} makes of them; ${share(accuracy)} would be called as they are labelled.`,
  left: (left: number, reviewed: number) =>
    `${left === 1 ? '1 label' : `${count(left)} labels`} to review${reviewed === 0 ? '' : `, ${count(reviewed)} reviewed`}`,
  limited: (shown: number, all: number) =>
    `These are the ${count(shown)} least believable of ${count(all)}; look again once they are reviewed.`,
  nothing: { title: 'Every label is believed', hint: 'No image would rather be called something else.' },
  done: {
    title: 'All reviewed',
    hint: (total: number) =>
      `${total === 1 ? '1 label was' : `${count(total)} labels were`} reviewed. Look again: what was changed may let other mistakes be seen.`,
    over: 'Review from the beginning',
  },
  keys: 'Enter or A: accept · K: keep · E: leave out · Space: look closer · ↑ ↓: move',
  open: (path: string) => `Look closer at ${isolate(path)}`,
  labelled: 'Labelled',
  rather: 'Rather',
  believed: share,
  accept: (name: string) => `Change to ${isolate(name)}`,
  keep: (name: string) => `Keep ${isolate(name)}`,
  exclude: 'Leave out',
  describe: (path: string, label: string, suggested: string) =>
    `${isolate(path)}: labelled ${isolate(label)}, rather ${isolate(suggested)}`,
};
