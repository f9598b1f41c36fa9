import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeerPython } from '../../bench/peer-python.ts';
import { readCatalogue } from '../../src/engine/weights/published/catalogue.ts';
import { RESOURCES } from '../../src/engine/training/resources.ts';
import { weightsCatalogue } from '../../src/shared/contract/published-weights.ts';

const python = findPeerPython();
const reason = 'Python with Keras and torchvision is absent (scripts/peers installs it)';
const SCRIPT = path.resolve(import.meta.dirname, '../../scripts/catalogue/published_weights.py');

/** Building every network takes minutes; these have files with each kind of digest, and rules of each kind. */
const FAMILIES = ['vgg16', 'resnet50', 'densenet121', 'efficientnet_b0', 'squeezenet1_1', 'alexnet'];

describe.skipIf(python === null)(`the catalogue${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it('states of weights what Keras Applications and torchvision state of them', () => {
    const { status, stdout, stderr } = spawnSync(python ?? '', [SCRIPT, ...FAMILIES], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const stated = weightsCatalogue.parse(JSON.parse(stdout)).weights;
    const ours = readCatalogue(path.join(RESOURCES, 'weights.json'));
    const families = new Set(stated.map(({ network }) => network));
    expect(stated.length).toBeGreaterThanOrEqual(12);
    expect(ours.filter(({ network }) => families.has(network))).toEqual(stated);
  });
});
