import type { Transport } from '../../shared/contract/endpoint.ts';
import type { WeightsReference } from '../../shared/contract/plan-request.ts';
import type { MappedHead, WeightsMap } from '../../shared/contract/weights-mapping.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { expressionProblem, formatRule, formatRules, parseRules, type RuleDraft } from './mapping-rules.ts';
import {
  areSameRules,
  areSameWeights,
  canBeRenamed,
  rulesOf,
  withRules,
  type RenamedReference,
} from './renamed-weights.ts';

/** After the last key: the table is not to run after every letter. */
const PAUSE_MILLISECONDS = 200;

/** What would become of each tensor of the chosen weights, under rules that are tried as they are written. */
export class WeightsMapping {
  /** The last table of these weights; stays while rules are written that cannot be tried. */
  map = $state.raw<WeightsMap | null>(null);
  /** Why there is no table. */
  failure = $state.raw<unknown>(null);
  /** Why the engine could not try the rules. */
  refusal = $state.raw<ThawError | null>(null);
  /** Whether what is shown is older than what was asked. */
  pending = $state(false);
  rules = $state.raw<readonly RuleDraft[]>([]);
  readonly #transport: Pick<Transport, 'invoke'>;
  readonly #pauseMilliseconds: number;
  #network = $state.raw<string | null>(null);
  #weights = $state.raw<WeightsReference | null>(null);
  #head: MappedHead | null = null;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Pick<Transport, 'invoke'>, pauseMilliseconds = PAUSE_MILLISECONDS) {
    this.#transport = transport;
    this.#pauseMilliseconds = pauseMilliseconds;
  }

  /** Whether these rules are others than those that the plan has. */
  readonly changed = $derived.by(() => !areSameRules(formatRules(this.rules), rulesOf(this.#weights)));
  /** Whether every rule can be tried. */
  readonly sound = $derived.by(() => this.rules.every((rule) => expressionProblem(rule) === null));

  /** Whether what is shown is what the rules lead to, so that they can be taken into the plan. */
  get tried(): boolean {
    return this.sound && !this.pending && this.refusal === null && this.failure === null;
  }

  /** Looks at what the plan names now; of the same weights, rules that are being written stay. */
  follow(network: string | null, weights: WeightsReference | null, head: MappedHead | null = null): void {
    const same = areSameWeights(this.#weights, weights);
    const sameRules = areSameRules(rulesOf(this.#weights), rulesOf(weights));
    const sameHead = JSON.stringify(head) === JSON.stringify(this.#head);
    if (same && sameRules && sameHead && network === this.#network) return;
    const isOther = !same || network !== this.#network;
    this.#head = head;
    this.#network = network;
    this.#weights = weights;
    if (!same || !sameRules) this.rules = parseRules(rulesOf(weights));
    if (isOther) this.map = null;
    if (isOther || !sameHead) void this.load();
  }

  /** Tries other rules, once no more are written for a moment. */
  change(rules: readonly RuleDraft[]): void {
    const before = formatRules(this.rules);
    this.rules = rules;
    if (areSameRules(formatRules(rules), before)) return;
    this.pending = true;
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), this.#pauseMilliseconds);
  }

  /** Back to the plan's. */
  discard(): void {
    this.change(parseRules(rulesOf(this.#weights)));
  }

  /** What the plan would name with these rules; null where there is nothing to rename. */
  get renamed(): RenamedReference | null {
    return canBeRenamed(this.#weights) ? withRules(this.#weights, formatRules(this.rules)) : null;
  }

  /** What is wrong with one rule, where that can be told. */
  problemOf(rule: RuleDraft): string | null {
    const problem = expressionProblem(rule);
    if (problem !== null) return problem;
    const text = formatRule(rule);
    return text !== null && this.refusal?.message.includes(`'${text}'`) === true ? this.refusal.message : null;
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    const [network, weights] = [this.#network, this.renamed ?? this.#weights];
    if (network === null || weights === null || !this.sound) {
      this.pending = false;
      return;
    }
    this.pending = true;
    try {
      const head = this.#head === null ? {} : { head: this.#head };
      const map = await this.#transport.invoke('weights.map', { network, weights, ...head });
      if (asked !== this.#asked) return;
      this.map = map;
      this.failure = null;
      this.refusal = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      // What is wrong with rules alone leaves the last table they led to.
      const ofRules = error instanceof ThawError && error.code === 'usage.invalid' && this.rules.length > 0;
      this.refusal = ofRules ? error : null;
      this.failure = ofRules ? null : error;
    } finally {
      if (asked === this.#asked) this.pending = false;
    }
  }
}
