import type { Transport } from '../../shared/contract/endpoint.ts';
import {
  LARGEST_PLAN_FILE,
  type AskedPath,
  type ParsedPlans,
  type ParsedRun,
  type PlanFormat,
} from '../../shared/contract/plan-file.ts';
import { usualStrategy } from '../../shared/contract/learning-task.ts';
import type { TrainingPlanRequest, WeightsReference } from '../../shared/contract/plan-request.ts';
import type { PlanProblem } from '../../shared/contract/preview.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { saveFile } from '../charts/chart-export.ts';
import { planFile as words } from '../strings/plan-file.ts';
import type { DatasetChoice } from './dataset-choice.svelte.ts';
import { draftOfPlan } from './draft-of-plan.ts';
import { draftOfRequest } from './draft-of-request.ts';
import type { Navigation } from './navigation.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { PlanController } from './plan.svelte.ts';
import type { ChosenWeights, PlanDraft } from './plan-draft.ts';
import { previewRequest } from './plan-request.ts';

/** A file of several runs, of which one is to be opened. */
export interface SeveralRuns {
  readonly fileName: string;
  readonly runs: ParsedPlans['runs'];
}

/** What a plan from a file is put into, and where it is told of. */
interface PlanSurroundings {
  readonly plan: PlanController;
  readonly dataset: DatasetChoice;
  readonly navigation: Navigation;
  readonly notices: Notices;
}

/** Brings plans in from files that people keep, and out to such files. */
export class PlanFiles {
  /** Waits until one of its runs is chosen; null where nothing does. */
  several = $state.raw<SeveralRuns | null>(null);
  /** Why a file could not be opened, with the line where that is known. */
  problem = $state.raw<{ readonly fileName: string; readonly error: unknown } | null>(null);
  readonly #transport: Transport;
  readonly #around: PlanSurroundings;

  constructor(transport: Transport, around: PlanSurroundings) {
    this.#transport = transport;
    this.#around = around;
  }

  /** Asks for a file and opens it. */
  choose(): void {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.yaml,.yml,.json';
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file) void this.open(file);
    });
    input.click();
  }

  /** Puts the plan of a file into the form; of a file of several runs, the one that is chosen then. */
  async open(file: File): Promise<void> {
    this.problem = null;
    this.#around.navigation.go('train');
    try {
      if (file.size > LARGEST_PLAN_FILE) {
        throw new ThawError('usage.invalid', words.tooLarge(LARGEST_PLAN_FILE, file.size), words.tooLargeHint);
      }
      const format: PlanFormat = /\.json$/i.test(file.name) ? 'json' : 'yaml';
      const text = await file.text();
      const { runs } = await this.#transport.invoke('plans.parse', { text, format, name: file.name });
      const [only, ...others] = runs;
      if (only !== undefined && others.length === 0) await this.#take(only);
      else this.several = { fileName: file.name, runs };
    } catch (error) {
      this.problem = { fileName: file.name, error };
    }
  }

  /** Opens one of several runs. */
  async take(run: ParsedRun): Promise<void> {
    const fileName = this.several?.fileName ?? '';
    this.several = null;
    try {
      await this.#take(run);
    } catch (error) {
      this.problem = { fileName, error };
    }
  }

  /** Hands the plan of the form to the person as a file. */
  async save(): Promise<void> {
    const { plan } = this.#around;
    await this.#save({ plan: plan.request }, plan.network ?? words.name);
  }

  /** Hands the plan of a run to the person as a file. */
  async saveRun(runId: string): Promise<void> {
    await this.#save({ runId }, runId);
  }

  async #save(of: { runId: string } | { plan: TrainingPlanRequest }, name: string): Promise<void> {
    try {
      const { text } = await this.#transport.invoke('plans.write', { of, format: 'yaml' });
      saveFile(new Blob([text], { type: 'application/yaml' }), `${name}.yaml`);
    } catch (error) {
      this.#around.notices.fail(error);
    }
  }

  /**
   * What is wrong or missing in it stands at its field of the form.
   *
   * @throws ThawError for what is wrong at a field that the form does not have, where nobody would see that it is left out
   */
  async #draftOf(request: TrainingPlanRequest, problems: readonly PlanProblem[]): Promise<PlanDraft> {
    const draft = draftOfRequest(request, chosenWeights(request.weights));
    const inForm = previewRequest(draft, this.#around.dataset.reference, null);
    const { problems: shown } = await this.#transport.invoke('plan.preview', inForm);
    const lost = problems.find((problem) => shown.every(({ field }) => field !== problem.field));
    if (lost === undefined) return draft;
    throw new ThawError('usage.invalid', `${lost.field}: ${lost.message}`, lost.hint);
  }

  async #take(run: ParsedRun): Promise<void> {
    const { dataset, plan, notices } = this.#around;
    const asked = run.plan.dataset;
    if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(dataset.reference)) await dataset.open(asked);
    const request = withStrategy(run);
    const weights = chosenWeights(request.weights);
    const { plan: whole, problems } = await this.#transport.invoke('plan.preview', {
      ...request,
      dataset: asked ?? dataset.reference,
    });
    const draft = whole === null ? await this.#draftOf(request, problems) : draftOfPlan(whole, weights);
    plan.takePlan({ ...draft, mappings: mappingsOf(run.asks) });
    const without = [
      ...run.asks.map(told),
      ...[run.weightsOf, run.headWeightsOf, run.parentOf]
        .filter((earlier) => earlier !== null)
        .map(({ name }) => words.earlier(name)),
      ...(run.parent === null ? [] : [words.branches(run.parent.runId)]),
    ];
    if (without.length > 0) notices.tell({ title: words.opened(run.name), hint: without.join(' ') });
  }
}

/** Rules for the names in weights, each at the place of its part. */
function mappingsOf(asks: readonly AskedPath[]): PlanDraft['mappings'] {
  const ofWeights = asks.filter(({ field }) => field === 'weights');
  const parts = ofWeights.map(({ part = 0 }) => part + 1);
  return Array.from(
    { length: Math.max(0, ...parts) },
    (_, place) => ofWeights.find(({ part = 0 }) => part === place)?.mapping ?? [],
  );
}

function told({ field, path, structure, mapping = [] }: AskedPath): string {
  const asked = words.asks[field](path);
  if (structure) return `${asked} ${words.structure(structure.kind)}`;
  return mapping.length > 0 ? `${asked} ${words.mapping(mapping)}` : asked;
}

/** With the strategy that is usual with the weights that are asked for, which the plan itself is without. */
function withStrategy({ plan, asks, weightsOf, parentOf, parent }: ParsedRun): TrainingPlanRequest {
  const isAsked = asks.some(({ field }) => field === 'weights');
  const hasWeights = isAsked || [weightsOf, parentOf, parent].some((earlier) => earlier !== null);
  const weights = hasWeights ? { kind: 'file' } : plan.weights;
  return { ...plan, strategy: plan.strategy ?? usualStrategy({ task: plan.task, weights }) };
}

function chosenWeights(reference: WeightsReference | undefined): ChosenWeights | null {
  if (reference === undefined || reference.kind === 'shipped' || reference.kind === 'none') return null;
  if (reference.kind === 'run') return { reference, label: reference.runId };
  return { reference, label: reference.kind === 'published' ? reference.name : words.weights };
}
