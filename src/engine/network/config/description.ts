import { fieldsOf, listOf, refuseAt, Settings, shown, type Fields } from './settings.ts';

/** An output of a call of a layer. */
export interface Reference {
  readonly layer: string;
  /** Which call of it, from 0. */
  readonly call: number;
}
export type Argument = Reference | number;

/** One call of a layer: what it is given, in order. */
export interface Call {
  readonly arguments: readonly Argument[];
  /** Told to behave as while training, whatever is going on. */
  readonly isTraining: boolean;
}

export interface LayerDescription {
  readonly settings: Settings;
  readonly name: string;
  readonly calls: readonly Call[];
  /** null for a layer that is no model itself. */
  readonly model: ModelDescription | null;
}

/** A model as its configuration describes it: layers one upon the other, or connected by what they are called with. */
export interface ModelDescription {
  readonly name: string;
  readonly place: string;
  readonly kind: 'sequential' | 'functional';
  readonly layers: readonly LayerDescription[];
  /** Of a functional model. */
  readonly inputs: readonly Reference[];
  readonly outputs: readonly Reference[];
  /** [batch, height, width, channels] where a sequential model tells it. */
  readonly inputShape: unknown;
}

const MOST_LAYERS = 10_000;
const DEEPEST = 16;

const FUNCTIONAL = new Set(['Functional', 'Model']);

/** Dtypes whose weights are floats; all is computed in what the run says. */
const DTYPES = new Set(['float32', 'float16', 'bfloat16', 'mixed_float16', 'mixed_bfloat16']);

function checkDtype(place: string, dtype: unknown): void {
  const name = typeof dtype === 'string' ? dtype : fieldsOf(fieldsOf(dtype)['config'])['name'];
  if (dtype === undefined || dtype === null || (typeof name === 'string' && DTYPES.has(name))) return;
  refuseAt(place, `the dtype ${shown(name ?? dtype)} is not supported; layers compute in floats of at most 32 bits.`);
}

/** `["conv1", 0, 0]` */
function asReference(value: unknown): Reference | null {
  const [layer, call] = listOf(value);
  return typeof layer === 'string' && Number.isSafeInteger(call) ? { layer, call: Number(call) } : null;
}

/** One reference, or a list or an object of them. */
function references(value: unknown): readonly Reference[] {
  const own = asReference(value);
  if (own) return [own];
  const parts = Array.isArray(value) ? listOf(value) : Object.values(fieldsOf(value));
  return parts.flatMap((part) => asReference(part) ?? []);
}

/** What Keras 3 calls a layer with: tensors, in lists or alone, and numbers. */
function version3Arguments(place: string, value: unknown): readonly Argument[] {
  if (typeof value === 'number') return [value];
  if (value === null || typeof value === 'boolean') return [];
  if (Array.isArray(value)) return value.flatMap((part) => version3Arguments(place, part));
  const { class_name: className, config } = fieldsOf(value);
  const reference = className === '__keras_tensor__' ? asReference(fieldsOf(config)['keras_history']) : null;
  return reference
    ? [reference]
    : refuseAt(place, `it is called with ${shown(value)}; layers are called with tensors.`);
}

/**
 * What Keras 1 and 2 call a layer with: `[["conv1", 0, 0, {}], ...]`; operators have their second operand as `y`, and a
 * number as their first one as `["_CONSTANT_VALUE", -1, 255, {}]`.
 */
function version2Arguments(place: string, value: unknown): readonly Argument[] {
  const parts = typeof listOf(value)[0] === 'string' ? [value] : listOf(value);
  return parts.flatMap((part) => {
    const [kind, , constant] = listOf(part);
    const reference = kind === '_CONSTANT_VALUE' && typeof constant === 'number' ? constant : asReference(part);
    if (reference === null) return refuseAt(place, `it is called with ${shown(part)}; layers are called with tensors.`);
    const { y: second } = fieldsOf(listOf(part)[3]);
    if (second === undefined || second === null) return [reference];
    if (typeof second === 'number') return [reference, second];
    return [reference, asReference(second) ?? refuseAt(place, `it is called with ${shown(second)}.`)];
  });
}

function callsOf(place: string, nodes: unknown): readonly Call[] {
  return listOf(nodes).map((node) => {
    const { args, kwargs } = fieldsOf(node);
    if (args === undefined) {
      const [first] = typeof listOf(node)[0] === 'string' ? [node] : listOf(node);
      const { training } = fieldsOf(listOf(first)[3]);
      return { arguments: version2Arguments(place, node), isTraining: training === true };
    }
    const named = Object.entries(fieldsOf(kwargs)).flatMap(([name, value]) =>
      name === 'training' || name === 'mask' ? [] : version3Arguments(place, value),
    );
    const isTraining = fieldsOf(kwargs)['training'] === true;
    return { arguments: [...version3Arguments(place, args), ...named], isTraining };
  });
}

/** What Keras 1 called options that Keras 2 renamed. */
const VERSION_1_OPTIONS = ['nb_filter', 'nb_row', 'border_mode', 'subsample', 'dim_ordering', 'init'];
const VERSION_1_CLASSES = new Set(['Convolution2D', 'Deconvolution2D', 'SeparableConvolution2D', 'Merge']);

/** It reads like Keras 2 and computes otherwise where options were renamed: none of it is guessed. */
function refuseVersion1(place: string, className: string, config: Fields): void {
  const option = VERSION_1_OPTIONS.find((name) => Object.hasOwn(config, name));
  const given = Object.hasOwn(config, 'layers') ? undefined : option;
  if (given === undefined && !VERSION_1_CLASSES.has(className)) return;
  refuseAt(
    place,
    `models of Keras 1 are not opened, and ${given === undefined ? className : `the option ${given}`} is Keras 1's.`,
    'Load the model in Keras 2 and save it again, or choose a network of the registry and take the weights alone.',
  );
}

interface Budget {
  layers: number;
}

function describeLayer(value: unknown, modelPlace: string, depth: number, budget: Budget): LayerDescription {
  const fields = fieldsOf(value);
  const { class_name: className, config, registered_name: registered } = fields;
  const own = fieldsOf(config);
  const found = own['name'] ?? fields['name'];
  if (typeof className !== 'string' || (typeof found !== 'string' && !Array.isArray(config))) {
    return refuseAt(modelPlace, `a layer has a class and a name; found ${shown(value)}.`, 'Do not use this file.');
  }
  const name = typeof found === 'string' ? found : className;
  const place = `${modelPlace}.${name}`.slice(0, 500);
  budget.layers += 1;
  if (budget.layers > MOST_LAYERS) {
    refuseAt(place, `a model of more than ${MOST_LAYERS} layers is not opened.`, 'Do not use this file.');
  }
  if (typeof registered === 'string' && registered.includes('>')) {
    refuseAt(place, `${registered.slice(0, 80)} is a class of somebody's own; code of files is never run.`);
  }
  refuseVersion1(place, className, own);
  checkDtype(place, own['dtype']);
  const isModel = className === 'Sequential' || FUNCTIONAL.has(className);
  return {
    settings: new Settings(place, className, own),
    name,
    calls: callsOf(place, fields['inbound_nodes']),
    model: isModel ? describe(className, config, place, depth + 1, budget) : null,
  };
}

function describe(className: string, config: unknown, place: string, depth: number, budget: Budget): ModelDescription {
  if (depth > DEEPEST) {
    refuseAt(place, `models within models are opened ${DEEPEST} deep.`, 'Do not use this file.');
  }
  const fields: Fields = fieldsOf(config);
  const name = typeof fields['name'] === 'string' ? fields['name'] : 'model';
  // Sequential models of Keras before 2.2.3 are a list and nothing else.
  const given = listOf(Array.isArray(config) ? config : fields['layers']);
  if (given.length > MOST_LAYERS) {
    refuseAt(place, `a model of ${given.length} layers is not opened; ${MOST_LAYERS} are.`, 'Do not use this file.');
  }
  const layers = given.map((layer) => describeLayer(layer, place, depth, budget));
  if (layers.length === 0)
    refuseAt(place, 'a model has layers; this one has none.', 'Save the model once it is built.');
  return {
    name,
    place,
    kind: className === 'Sequential' ? 'sequential' : 'functional',
    layers,
    inputs: references(fields['input_layers']),
    outputs: references(fields['output_layers']),
    inputShape: fields['build_input_shape'],
  };
}

/**
 * Reads the configuration of a model, of any version of Keras or of tfjs: the layers, and what each is called with.
 *
 * @throws ThawError `network.invalid` for what is none, for classes that are no models, and for sizes beyond bounds
 */
export function describeModel(configuration: unknown): ModelDescription {
  const { class_name: className, config } = fieldsOf(configuration);
  const { name } = fieldsOf(config);
  const place = typeof name === 'string' ? name.slice(0, 200) : 'model';
  if (className !== 'Sequential' && (typeof className !== 'string' || !FUNCTIONAL.has(className))) {
    return refuseAt(
      place,
      `a model is Sequential or Functional; found ${shown(className)}, and code of files is never run.`,
      'Build the network as a functional model, or choose one of the registry and take the weights alone.',
    );
  }
  return describe(className, config, place, 0, { layers: 0 });
}
