import { expect, it } from 'vitest';
import { listNetworks } from '../../../../../src/engine/service/list-networks.ts';
import { bestKnown, byFamily } from '../../../../../src/renderer/views/network/by-family.ts';
import { network as words } from '../../../../../src/renderer/strings/network.ts';

const networks = listNetworks();

it('shows each network of the registry once, in a family that has a name for people', () => {
  const families = byFamily(networks);
  const shown = families.flatMap((family) => family.networks.map((network) => network.name));
  expect(shown.toSorted()).toEqual(networks.map((network) => network.name).toSorted());
  for (const family of families) expect(words.families).toHaveProperty([family.name]);
});

it('begins with a network whose weights ship', () => {
  expect(byFamily(networks)[0]?.networks[0]?.shipped).toBe(true);
});

it('shows a long family by its best known networks and the chosen one, a short one whole', () => {
  const [long, ...short] = byFamily(networks).toSorted((a, b) => b.networks.length - a.networks.length);
  if (long === undefined) throw new Error('The registry is empty.');
  const unknown = long.networks.find((network) => !network.shipped && network.aliases.length === 0);
  const shown = bestKnown(long, unknown?.name ?? null);
  expect(shown.length).toBeLessThan(long.networks.length);
  expect(shown).toContain(unknown);
  expect(shown.some((network) => network.shipped)).toBe(true);
  for (const family of short) expect(bestKnown(family, null)).toEqual(family.networks);
});
