import type { FreezeRule } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { closest } from '../network/closest.ts';
import { networkTensors } from '../network/shape.ts';
import { SEARCH_LIMIT_MILLISECONDS, searchNames } from './name-search.ts';

/** A RULE's pattern, understood: `docs` of the command line and the window show the same grammar. */
type Selector =
  | { readonly kind: 'last'; readonly count: number }
  | { readonly kind: 'from'; readonly name: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'name'; readonly name: string };

const METACHARACTERS = /[\\^$.*+?()[\]{}|]/;
const LONGEST_PATTERN = 500;

const GRAMMAR =
  'A rule is a layer or block name, last:N, from:NAME, or /regex/ (bare text with regex characters is one too).';

function invalid(found: string, hint: string, cause?: unknown): ThawError {
  return new ThawError('usage.invalid', `${GRAMMAR} ${found}`, hint, { cause });
}

function checkedRegex(source: string): Selector {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid(`Received a regex that does not parse: ${problem}.`, 'Mend the expression, or write a name.', error);
  }
  return { kind: 'regex', source };
}

/** Reads a pattern without a network at hand: a bare name and a bare regex are told apart only against one. */
function parsePattern(pattern: string): Selector {
  const text = pattern.trim();
  if (text === '' || text.length > LONGEST_PATTERN) {
    throw invalid(
      text === '' ? 'Received an empty one.' : `Received one of ${text.length} characters.`,
      `Write between 1 and ${LONGEST_PATTERN} characters.`,
    );
  }
  if (text.startsWith('last:')) {
    const count = text.slice('last:'.length);
    if (!/^[1-9]\d{0,5}$/.test(count)) {
      throw invalid(`Received '${text}'.`, "N is a whole number of layers, at least 1: 'last:4'.");
    }
    return { kind: 'last', count: Number(count) };
  }
  if (text.startsWith('from:')) {
    const name = text.slice('from:'.length).trim();
    if (name === '') throw invalid(`Received '${text}'.`, "Name a layer or block: 'from:block_12'.");
    return { kind: 'from', name };
  }
  if (text.startsWith('/')) {
    if (text.length < 3 || !text.endsWith('/')) {
      throw invalid(`Received '${text}'.`, "Write a regex between two slashes, without flags: '/conv_dw/'.");
    }
    return checkedRegex(text.slice(1, -1));
  }
  return { kind: 'name', name: text };
}

/**
 * Checks one `--freeze` or `--thaw` as far as that needs no network.
 *
 * @throws ThawError `usage.invalid`
 */
export function parseRule(text: string, action: FreezeRule['action']): FreezeRule {
  parsePattern(text);
  return { action, pattern: text.trim() };
}

/**
 * A layer goes before a block of the same name, so that every layer can be named alone; but a layer without parameters that
 * ends the block it is named for (Inception's `mixed7`) means the block: alone it could be neither frozen nor thawed.
 */
function layersNamed(network: Network, name: string): readonly string[] {
  const own = network.layers.find((layer) => layer.name === name);
  const standsForBlock = own?.block === name && !networkTensors(network).some((tensor) => tensor.layer === name);
  if (own && !standsForBlock) return [name];
  return network.layers.filter((layer) => layer.block === name).map((layer) => layer.name);
}

function unknownName(network: Network, name: string): ThawError {
  const known = [...new Set(network.layers.flatMap((layer) => [layer.block, layer.name]))];
  const near = closest(name, known);
  return new ThawError(
    'usage.noMatch',
    `A rule names a layer or block of ${network.name}; '${name}' is neither.`,
    near.length > 0
      ? `Did you mean ${near.map((candidate) => `'${candidate}'`).join(', ')}?`
      : `Blocks are: ${[...new Set(network.layers.map((layer) => layer.block))].join(', ')}.`,
  );
}

/** The layers in `start` and all that their outputs reach. */
function reachedFrom(network: Network, start: readonly string[]): ReadonlySet<string> {
  const reached = new Set(start);
  for (const layer of network.layers) {
    if (layer.inputs.some((input) => reached.has(input))) reached.add(layer.name);
  }
  return reached;
}

function search(source: string, names: readonly string[]): ReadonlySet<string> {
  try {
    return searchNames(source, names);
  } catch (error) {
    throw invalid(
      `The search for /${source}/ was not over after ${SEARCH_LIMIT_MILLISECONDS} ms.`,
      'Write it without a repetition inside a repetition.',
      error,
    );
  }
}

function matchRegex(network: Network, source: string): ReadonlySet<string> {
  const names = [...new Set(network.layers.flatMap((layer) => [layer.name, layer.block]))];
  const found = search(source, names);
  const matched = network.layers.filter((layer) => found.has(layer.name) || found.has(layer.block));
  if (matched.length === 0) {
    throw new ThawError(
      'usage.noMatch',
      `A regex is searched in the names of layers and blocks; /${source}/ is in none of ${network.name}'s.`,
      `Blocks are: ${[...new Set(network.layers.map((layer) => layer.block))].join(', ')}.`,
    );
  }
  return new Set(matched.map((layer) => layer.name));
}

/**
 * The layers that a RULE's pattern means, parameterless ones included:
 *
 * - a layer's name, or a block's: its layers. A name wins over a regex spelled the same. A layer without parameters that
 *   is called as its block means the block.
 * - `last:N`: the last N layers of any kind in the network's order, the head counted, as Keras' `model.layers[-N:]`.
 * - `from:NAME`: that layer or block, and every layer its output reaches, the head included.
 * - `/regex/`: a Unicode regular expression, searched in the names of layers and of blocks (a block stands for its
 *   layers). Bare text with regex metacharacters is one too.
 *
 * @throws ThawError `usage.noMatch` when no layer is meant, `usage.invalid` for what is not a rule, or a regex without end
 */
export function matchLayers(pattern: string, network: Network): ReadonlySet<string> {
  const selector = parsePattern(pattern);
  switch (selector.kind) {
    case 'last': {
      const layers = network.layers.filter((layer) => layer.kind !== 'input');
      if (selector.count > layers.length) {
        throw new ThawError(
          'usage.noMatch',
          `'last:N' counts layers from the output; ${network.name} has ${layers.length}, received 'last:${selector.count}'.`,
          `Use at most 'last:${layers.length}'.`,
        );
      }
      return new Set(layers.slice(-selector.count).map((layer) => layer.name));
    }
    case 'from': {
      const start = layersNamed(network, selector.name);
      if (start.length === 0) throw unknownName(network, selector.name);
      return reachedFrom(network, start);
    }
    case 'regex':
      return matchRegex(network, selector.source);
    case 'name': {
      const named = layersNamed(network, selector.name);
      if (named.length > 0) return new Set(named);
      if (!METACHARACTERS.test(selector.name)) throw unknownName(network, selector.name);
      checkedRegex(selector.name);
      return matchRegex(network, selector.name);
    }
  }
}
