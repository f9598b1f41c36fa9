import { convertLayer, hasWeights } from './convert-layer.ts';
import { NetworkBuilder } from './builder.ts';
import type { Argument, Call, LayerDescription, ModelDescription, Reference } from './description.ts';
import { pixelsAfter, samePixels, type Pixels } from './pixels.ts';
import { kernelLayer } from './kernel-layers.ts';
import { listOf, refuseAt } from './settings.ts';

/** The output of a call: of a layer or, while nothing but numbers came in between, of the input's pixels. */
interface Value {
  readonly layer: string;
  readonly pixels: Pixels | null;
}

/** Layers, calls and what these are given, of every model as often as it is called. */
const MOST_WORK = 100_000;

const CORRUPT = 'Save the model again, or do not use this file.';

/** Puts the layers of models, one within the other, into one network. */
export class Connector {
  readonly builder = new NetworkBuilder();
  readonly #isVersion3: boolean;
  #work = 0;
  /** How many names were tried for the layers that are called again. */
  readonly #namesTried = new Map<string, number>();
  /** What the network's layers take the image as; null while none has taken it. */
  pixels: Pixels | null = null;

  constructor(isVersion3: boolean) {
    this.#isVersion3 = isVersion3;
  }

  /** @returns the output of a model that is called with a value; `path` is put before the names of its layers */
  model(model: ModelDescription, input: Value, path: string): Value {
    this.#work += workOf(model);
    if (this.#work > MOST_WORK) {
      refuseAt(model.place, `models that call models have at most ${MOST_WORK} calls in all.`, 'Do not use this file.');
    }
    return model.kind === 'sequential' ? this.#sequential(model, input, path) : this.#functional(model, input, path);
  }

  #sequential(model: ModelDescription, input: Value, path: string): Value {
    return model.layers.reduce(
      (value, layer) =>
        layer.settings.className === 'InputLayer' ? value : this.#call(layer, [value], path, { isTraining: false }),
      input,
    );
  }

  /** Calls whose outputs lead to the model's; each waits until what it is called with is there. */
  #functional(model: ModelDescription, input: Value, path: string): Value {
    const { inputs, outputs, place } = model;
    const [entry] = inputs;
    const [exit] = outputs;
    if (!entry || inputs.length !== 1 || !exit || outputs.length !== 1) {
      return refuseAt(
        place,
        `a model has one input and one output; this one has ${inputs.length} and ${outputs.length}.`,
        'Save a model of the one output that matters.',
      );
    }
    const graph = new CallGraph(model);
    const values = new Map<string, Value>([[keyOf(entry), input]]);
    const needed = graph.leadingTo(exit, keyOf(entry));
    const waiting = new Map<string, string[]>();
    const ready: string[] = [];
    const visit = (key: string): void => {
      if (values.has(key)) return;
      const { layer, call } = graph.callOf(key);
      const missing = call.arguments.find((one) => typeof one !== 'number' && !values.has(keyOf(one)));
      if (missing !== undefined && typeof missing !== 'number') {
        const others = waiting.get(keyOf(missing)) ?? [];
        others.push(key);
        waiting.set(keyOf(missing), others);
        return;
      }
      const given = call.arguments.map((one) => (typeof one === 'number' ? one : valueOf(values, one)));
      values.set(key, this.#call(layer, given, path, call));
      for (const one of waiting.get(key) ?? []) ready.push(one);
      waiting.delete(key);
    };
    for (const key of needed) {
      ready.push(key);
      for (let next = ready.pop(); next !== undefined; next = ready.pop()) visit(next);
    }
    const found = values.get(keyOf(exit));
    if (found) return found;
    const names = [...waiting.values()].flat().map((key) => `'${graph.callOf(key).layer.name}'`);
    return refuseAt(
      place,
      `layers are called with what comes before them; ${names.slice(0, 4).join(', ')} go in a circle.`,
      CORRUPT,
    );
  }

  #call(
    layer: LayerDescription,
    given: readonly (Value | number)[],
    path: string,
    { isTraining }: Pick<Call, 'isTraining'>,
  ): Value {
    const { settings, model } = layer;
    const values = given.filter((one) => typeof one !== 'number');
    const [value] = values;
    if (isTraining && !model) settings.refuse('called with training=True it would never predict; call it without.');
    if (!value)
      return settings.refuse('a layer is called with what comes before it; this one is with nothing.', CORRUPT);
    if (model) {
      if (values.length !== 1)
        settings.refuse(`a model within a model takes one input; it is called with ${values.length}.`);
      return this.model(model, value, `${path}${layer.name}/`);
    }
    const pixels = pixelsAfter(settings, value.pixels, given);
    if (pixels) return { layer: value.layer, pixels };
    for (const one of values) if (one.pixels) this.#take(one.pixels, settings.place);
    const name = this.#nameOf(layer, path);
    const calling = { builder: this.builder, settings, name, isVersion3: this.#isVersion3 };
    this.builder.enter(path, layer.name, kernelLayer(settings) !== null);
    return { layer: convertLayer({ ...calling, inputs: values.map((one) => one.layer) }), pixels: null };
  }

  /** The pixels as one layer wants them must be as all others do. */
  #take(pixels: Pixels, place: string): void {
    this.pixels ??= pixels;
    if (samePixels(this.pixels, pixels)) return;
    refuseAt(place, 'the image enters it scaled otherwise than another layer; it is scaled in one way.');
  }

  /** A layer without weights may be called again. */
  #nameOf({ name, settings }: LayerDescription, path: string): string {
    const own = path + name;
    if (!this.builder.has(own)) return own;
    const before = this.builder.layers.find((layer) => layer.name === own);
    if (!before || hasWeights(before.kind)) {
      return settings.refuse('it is called twice, and layers with weights are called once here.');
    }
    let count = (this.#namesTried.get(own) ?? 1) + 1;
    while (this.builder.has(`${own}/call_${count}`)) count += 1;
    this.#namesTried.set(own, count);
    return `${own}/call_${count}`;
  }
}

/** Of models within it only that they are called. */
function workOf({ layers }: ModelDescription): number {
  return layers.reduce((sum, { calls }) => calls.reduce((all, call) => all + 1 + call.arguments.length, sum + 1), 0);
}

function keyOf({ layer, call }: Reference): string {
  return `${call} ${layer}`;
}

function valueOf(values: ReadonlyMap<string, Value>, reference: Reference): Value {
  const found = values.get(keyOf(reference));
  if (!found) throw new TypeError(`'${reference.layer}' has no value yet.`);
  return found;
}

/** The calls of the layers of a functional model. */
class CallGraph {
  readonly #model: ModelDescription;
  readonly #layers: ReadonlyMap<string, LayerDescription>;
  /** Models within models whose first call is their own making, as Keras 2 counts. */
  readonly #shifted: ReadonlySet<string>;

  constructor(model: ModelDescription) {
    this.#model = model;
    this.#layers = new Map(model.layers.map((layer) => [layer.name, layer]));
    if (this.#layers.size !== model.layers.length) {
      refuseAt(model.place, 'every layer of a model has a name of its own; two have the same.', CORRUPT);
    }
    const isReference = (one: Argument): one is Reference => typeof one !== 'number';
    const all = [...model.layers.flatMap(({ calls }) => calls.flatMap((call) => call.arguments)), ...model.outputs];
    const called = Map.groupBy(all.filter(isReference), ({ layer }) => layer);
    this.#shifted = new Set(
      model.layers
        .filter((layer) => layer.model && (called.get(layer.name) ?? []).every(({ call }) => call > 0))
        .map(({ name }) => name),
    );
  }

  /** @throws ThawError `network.invalid` for a reference to what is not there */
  callOf(key: string): { readonly layer: LayerDescription; readonly call: Call } {
    const at = key.indexOf(' ');
    const name = key.slice(at + 1);
    const layer = this.#layers.get(name);
    const index = Number(key.slice(0, at)) - (this.#shifted.has(name) ? 1 : 0);
    const call = layer?.calls[index];
    if (layer && call) return { layer, call };
    const found = layer ? `it is called ${layer.calls.length} times, and call ${index + 1} is used` : 'it is not there';
    return refuseAt(
      `${this.#model.place}.${name}`.slice(0, 500),
      `what is used is a call of a layer; ${found}.`,
      CORRUPT,
    );
  }

  /** What leads to a call, in the order in which the model lists it. */
  leadingTo(exit: Reference, entry: string): readonly string[] {
    const needed = new Set<string>();
    const open = [keyOf(exit)];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (needed.has(key) || key === entry) continue;
      needed.add(key);
      const { call } = this.callOf(key);
      for (const one of call.arguments) if (typeof one !== 'number') open.push(keyOf(one));
    }
    const places = new Map([...this.#layers.keys()].map((name, index) => [name, index]));
    const placeOf = (key: string): number => places.get(key.slice(key.indexOf(' ') + 1)) ?? 0;
    return [...needed].sort((left, right) => placeOf(left) - placeOf(right));
  }
}

/** The shape that a model says it takes, the batch first; null where it does not. */
export function inputShapeOf(model: ModelDescription): readonly unknown[] | null {
  const shapeIn = (layer: LayerDescription): readonly unknown[] | null => {
    if (layer.model) return inputShapeOf(layer.model);
    const { fields } = layer.settings;
    const given = fields['batch_shape'] ?? fields['batch_input_shape'];
    if (Array.isArray(given)) return listOf(given);
    return Array.isArray(fields['shape']) ? [null, ...listOf(fields['shape'])] : null;
  };
  const [entry] = model.inputs;
  const first = model.kind === 'functional' ? model.layers.find(({ name }) => name === entry?.layer) : model.layers[0];
  return (first && shapeIn(first)) ?? (Array.isArray(model.inputShape) ? listOf(model.inputShape) : null);
}
