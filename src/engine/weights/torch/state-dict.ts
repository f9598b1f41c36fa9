import { MalformedPickle, PickleDictionary, PickleRecord } from '../pickle/values.ts';
import { TorchTensor } from './torch-tensor.ts';

/** What people call the weights in the dictionary that they save, the surest first. */
const STATE_KEYS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights', 'params'];
/** What lies beside them, and holds tensors too. */
const OTHER_STATE = /optim|sched|scaler|criterion|rng|^amp$|^loss/i;
const DEEPEST = 8;
/** Honest files hold some thousands; shared dictionaries could make any number of a few. */
const MOST_ITEMS = 1 << 20;
const LONGEST_NAME = 4096;
/** Of all names together, which shared dictionaries make of a few. */
const MOST_NAME_CHARACTERS = 64 << 20;

function entriesOf(value: unknown): ReadonlyMap<unknown, unknown> | null {
  if (value instanceof PickleDictionary) return value.entries;
  return value instanceof PickleRecord ? value.attributes.entries : null;
}

/** Gathers the tensors of a dictionary and of those in it, their names joined by dots. */
class Collector {
  readonly tensors = new Map<string, TorchTensor>();
  #items = 0;
  #characters = 0;

  #nameOf(key: string | number, prefix: string): string {
    const own = String(key);
    const length = prefix.length + own.length;
    if (length > LONGEST_NAME) {
      throw new MalformedPickle(`a name in it has ${length} characters, more than ${LONGEST_NAME}`);
    }
    this.#characters += length;
    if (this.#characters > MOST_NAME_CHARACTERS) {
      throw new MalformedPickle(`its names have more than ${MOST_NAME_CHARACTERS} characters`);
    }
    return `${prefix}${own}`;
  }

  /** @param within the dictionaries on the way to this one: one that contains itself is left there */
  collect(value: unknown, prefix: string, within: readonly unknown[], skip: RegExp | null): void {
    const entries = entriesOf(value);
    if (entries === null || within.length > DEEPEST || within.includes(value)) return;
    for (const [key, child] of entries) {
      this.#items += 1;
      if (this.#items > MOST_ITEMS) throw new MalformedPickle(`its dictionaries hold more than ${MOST_ITEMS} items`);
      // What is keyed by other objects than names and numbers has no name, and what is no tensor needs none.
      if (typeof key !== 'string' && typeof key !== 'number') continue;
      if (!(child instanceof TorchTensor) && entriesOf(child) === null) continue;
      const name = this.#nameOf(key, prefix);
      if (child instanceof TorchTensor) {
        if (this.tensors.has(name)) throw new MalformedPickle(`the tensor '${name.slice(0, 200)}' is in it twice`);
        this.tensors.set(name, child);
      } else if (typeof key === 'string' && skip?.test(key) !== true) {
        this.collect(child, `${name}.`, [...within, value], null);
      }
    }
  }
}

/** The tensors of a state dictionary, wherever in the saved object it lies; optimizers are left out. */
export function stateDictionary(root: unknown): ReadonlyMap<string, TorchTensor> {
  if (root instanceof TorchTensor) return new Map([['tensor', root]]);
  const entries = entriesOf(root);
  const collector = new Collector();
  for (const key of STATE_KEYS) {
    collector.collect(entries?.get(key), '', [root], null);
    if (collector.tensors.size > 0) return collector.tensors;
  }
  collector.collect(root, '', [], OTHER_STATE);
  return collector.tensors;
}
