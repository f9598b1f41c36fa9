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
  const families = byFamily(networks);
  const long = families.filter((family) => family.networks.length > 8);
  expect(long.map(({ name }) => name)).toEqual(['mobilenet_v1', 'mobilenet_v2']);
  for (const family of long) {
    const unknown = family.networks.find((network) => !network.shipped && network.aliases.length === 0);
    const shown = bestKnown(family, unknown?.name ?? null);
    expect(shown.length).toBeLessThan(family.networks.length);
    expect(shown).toContain(unknown);
    expect(shown.filter((network) => network.shipped)).toEqual(family.networks.filter((network) => network.shipped));
    expect(bestKnown(family, null)).not.toContain(unknown);
  }
  for (const family of families.filter((candidate) => !long.includes(candidate))) {
    expect(bestKnown(family, null)).toEqual(family.networks);
  }
});
