import { readFileSync } from 'node:fs';
import { weightsCatalogue, type PublishedWeights } from '../../../shared/contract/published-weights.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { closest } from '../../network/closest.ts';
import { findNetwork } from '../../network/registry.ts';

/** @param file `resources/weights.json`, which ships with the program */
export function readCatalogue(file: string): readonly PublishedWeights[] {
  return weightsCatalogue.parse(JSON.parse(readFileSync(file, 'utf8'))).weights;
}

/** Those of a network, by any of its names; all where none is named. @throws ThawError `network.unknown` */
export function weightsOf(catalogue: readonly PublishedWeights[], network?: string): readonly PublishedWeights[] {
  if (network === undefined) return catalogue;
  const { name } = findNetwork(network);
  return catalogue.filter((entry) => entry.network === name);
}

/**
 * @param name of a file of the catalogue, or of a network with one file
 * @throws ThawError `usage.noMatch`, naming what may have been meant
 */
export function findPublishedWeights(catalogue: readonly PublishedWeights[], name: string): PublishedWeights {
  const found = catalogue.find((entry) => entry.name === name);
  if (found) return found;
  const known = new Set(catalogue.map(({ network }) => network));
  const ofNetwork = namesNetwork(name) ? weightsOf(catalogue, name) : [];
  const [only] = ofNetwork;
  if (only && ofNetwork.length === 1) return only;
  const near = closest(name, [...catalogue.map((entry) => entry.name), ...known]);
  throw new ThawError(
    'usage.noMatch',
    ofNetwork.length > 1
      ? `Weights are asked for by the name of one file; '${name}' has ${ofNetwork.length}: ${ofNetwork.map((entry) => entry.name).join(', ')}.`
      : `Weights are asked for by a name of the catalogue; received '${name}'.`,
    ofNetwork.length > 1
      ? 'Name one of them; `thaw weights list` says what each holds.'
      : `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}\`thaw weights list\` lists them all.`,
  );
}

function namesNetwork(name: string): boolean {
  try {
    findNetwork(name);
    return true;
  } catch (error) {
    if (error instanceof ThawError && error.code === 'network.unknown') return false;
    throw error;
  }
}
