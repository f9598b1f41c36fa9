import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readPlanFile } from '../../../src/engine/plan-file/read-plan-file.ts';

const FOLDER = path.join(import.meta.dirname, '../../../docs/recipes');
const files = readdirSync(FOLDER);
const plans = files.filter((name) => name.endsWith('.yaml'));
const pages = files.filter((name) => name.endsWith('.md') && name !== 'README.md');
const read = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8');

it.each(plans)('the recipe %s is a plan file', (name) => {
  expect(readPlanFile(read(name), 'yaml', { name }).runs.length).toBeGreaterThan(0);
});

it.each(pages)('the page %s stands in the index of the recipes', (name) => {
  expect(read('README.md')).toContain(`](${name})`);
});
