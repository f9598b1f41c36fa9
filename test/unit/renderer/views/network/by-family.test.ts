import { expect, it } from 'vitest';
import { listNetworks } from '../../../../../src/engine/service/list-networks.ts';
import { byFamily } from '../../../../../src/renderer/views/network/by-family.ts';
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
