import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkCheck } from '../../src/shared/contract/network-check.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const root = temporaryFolder();
const REFERENCE = path.join(import.meta.dirname, '../fixtures/references/keras-MobileNetV2@1.4-97.json');

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(['networks', ...parameters], { home: path.join(root, 'home'), cwd: root });
}

/** A reference whose checkpoint of that name has another mean. */
function withOtherMean(checkpoint: string): string {
  const text = readFileSync(REFERENCE, 'utf8');
  const at = text.indexOf('"mean":', text.indexOf(`"${checkpoint}":{`)) + '"mean":'.length;
  const file = path.join(root, `${checkpoint}.json`);
  writeFileSync(file, `${text.slice(0, at)}1e3${text.slice(at).replace(/^[^,]+/, '')}`);
  return file;
}

describe('thaw networks check', () => {
  it('says of a network that computes what its reference says so', async () => {
    const { code, stdout } = await command('check', REFERENCE);
    expect(stdout).toContain('mobilenet_v2_1.4_97 computes what MobileNetV2@1.4 of keras does; 262 tensors');
    expect(stdout).toMatch(/as published: the output and 28 outputs on the way are equal/);
    expect(stdout).toMatch(/BatchNorm folded: the output and 11 outputs on the way are equal/);
    expect(code).toBe(0);
  });

  it('names the first output that differs, and ends with 1', async () => {
    const file = withOtherMean('block_5_add');
    const { code, stdout } = await command('check', file);
    expect(stdout).toContain('does NOT compute what');
    expect(stdout).toMatch(/as published: differs first at block_5_add: .* times what float32 allows/);
    expect(code).toBe(1);
    const { code: jsonCode, stdout: json } = await command('check', file, '--json');
    const found = networkCheck.parse(JSON.parse(json));
    expect(found).toMatchObject({ equal: false, network: 'mobilenet_v2_1.4_97' });
    expect(found.modes.map(({ firstDifference }) => firstDifference?.layer)).toEqual(['block_5_add', 'block_5_add']);
    expect(jsonCode).toBe(1);
  });

  it('refuses what is no reference with 2, and names other tensors than the network has', async () => {
    const image = path.join(root, 'photo.json');
    writeFileSync(image, 'JFIF');
    const refused = await command('check', image);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('A reference is a JSON document');
    const file = path.join(root, 'renamed.json');
    writeFileSync(file, readFileSync(REFERENCE, 'utf8').replace('"Conv1/kernel"', '"Conv9/kernel"'));
    const renamed = await command('check', file);
    expect(renamed.code).toBe(1);
    expect(renamed.stderr).toContain("of 'Conv9/kernel' mobilenet_v2_1.4_97 has none");
  });
});
