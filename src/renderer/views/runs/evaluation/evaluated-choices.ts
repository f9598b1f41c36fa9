import type { StoredCheckpoint } from '../../../../shared/contract/checkpoint.ts';
import type { DatasetView } from '../../../../shared/contract/dataset-view.ts';
import type { EvaluateRequest } from '../../../../shared/contract/evaluate.ts';
import type { DatasetReference } from '../../../../shared/contract/plan-request.ts';
import type { DatasetSummary } from '../../../../shared/contract/run.ts';
import { SPLITS } from '../../../../shared/contract/splits.ts';
import { evaluation as words } from '../../../strings/evaluation.ts';

/** Something that a checkpoint can be evaluated on. */
export interface EvaluatedChoice {
  readonly key: string;
  readonly label: string;
  /** Images; null where they are not counted yet. */
  readonly images: number | null;
  readonly on: NonNullable<EvaluateRequest['on']>;
}

interface Chosen {
  readonly name: string;
  readonly grantId: string;
}

/**
 * What is offered: the run's own splits that have images, the validation first, the dataset that is opened where it is another
 * one, and folders that a person chose.
 *
 * @param own the run's dataset; null while it is not known
 * @param opened with how it is named; features have no images to evaluate
 */
export function evaluatedChoices(
  own: DatasetSummary | null,
  opened: { readonly dataset: DatasetView; readonly reference: DatasetReference } | null,
  chosen: readonly Chosen[],
): EvaluatedChoice[] {
  const order = [...SPLITS].sort((left, right) => rank(left) - rank(right));
  const splits = order
    .filter((split) => (own === null ? split === 'validation' : own[split] > 0))
    .map((split) => ({
      key: `split ${split}`,
      label: words.splits[split],
      images: own?.[split] ?? null,
      on: { kind: 'split' as const, split },
    }));
  const other =
    opened !== null && opened.dataset.features === null && opened.dataset.root !== own?.root ? opened : null;
  return [
    ...splits,
    ...(other === null
      ? []
      : [
          {
            key: 'opened',
            label: words.dialog.opened(other.dataset.name),
            images: SPLITS.reduce((sum, split) => sum + other.dataset.counts[split], 0),
            on: { kind: 'dataset' as const, dataset: other.reference },
          },
        ]),
    ...chosen.map(({ name, grantId }) => ({
      key: `chosen ${grantId}`,
      label: words.dialog.chosen(name),
      images: null,
      on: { kind: 'dataset' as const, dataset: { kind: 'granted' as const, grantId } },
    })),
  ];
}

function rank(split: (typeof SPLITS)[number]): number {
  return { validation: 0, test: 1, train: 2 }[split];
}

/** The best of the checkpoints, else the last of them. */
export function firstCheckpoint(kept: readonly StoredCheckpoint[]): StoredCheckpoint | null {
  return kept.find(({ kinds }) => kinds.includes('best')) ?? kept.at(-1) ?? null;
}
