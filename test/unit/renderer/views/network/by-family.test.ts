import { expect, it } from 'vitest';
import { listNetworks } from '../../../../../src/engine/service/list-networks.ts';
import {
  byFamily,
  familyOfNetwork,
  nearest,
  preferred,
  searchFamilies,
  sizesOf,
  widthsOf,
  type Family,
} from '../../../../../src/renderer/views/network/by-family.ts';
import { network as words } from '../../../../../src/renderer/strings/network.ts';

const networks = listNetworks();
const families = byFamily(networks);
const titleOf = ({ design, publisher }: Family): string =>
  `${words.designs[design] ?? design} ${words.publishers[publisher]}`;

function find(name: string): Family {
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) throw new TypeError(`there is no family ${name}`);
  return family;
}

it('shows each network of the registry once, in a family that has a name for people', () => {
  const shown = families.flatMap(({ variants }) => variants.map(({ network }) => network.name));
  expect(shown.toSorted()).toEqual(networks.map((network) => network.name).toSorted());
  for (const { design } of families) expect(words.designs).toHaveProperty([design]);
});

it('calls no two families of a publisher alike', () => {
  const titles = families.map(titleOf);
  expect(new Set(titles).size).toBe(titles.length);
});

it('begins with a family whose weights ship, and enters it by these', () => {
  const [first] = families;
  expect(first && preferred(first)?.network.shipped).toBe(true);
});

it('enters other families by what their own name stands for', () => {
  expect(preferred(find('mobilenet_v2'))?.network.aliases).toContain('MobileNetV2');
  expect(preferred(find('resnet_v2_50@slim'))?.network.name).toBe('resnet_v2_50_224@slim');
});

it.each([
  ['mobilenet_v1', 'keras', ['0.25', '0.5', '0.75', '1.0'], [96, 128, 160, 192, 224]],
  ['mobilenet_v1@torch', 'torch', ['1.0'], [224]],
  ['resnet_v2_50@slim', 'slim', [], [224, 299]],
  ['inception_resnet_v2', 'keras', [], [299]],
  ['vgg_16@slim', 'slim', [], [224]],
])('folds %s of %s into its widths %j and input sizes %j', (name, publisher, widths, sizes) => {
  const family = find(name);
  expect([family.publisher, widthsOf(family), sizesOf(family)]).toEqual([publisher, widths, sizes]);
});

it('goes to the nearest size where a width lacks the one that was chosen', () => {
  const family = find('mobilenet_v2');
  expect(sizesOf(family, '1.4')).toEqual([224]);
  expect(nearest(family, '1.4', 96)?.network.name).toBe('mobilenet_v2_1.4_224');
  expect(nearest(family, '0.5', 160)?.network.name).toBe('mobilenet_v2_0.5_160');
  expect(nearest(family, '9', 96)).toBeUndefined();
});

it('knows the family of a network', () => {
  expect(familyOfNetwork(families, { family: 'mobilenet_v1' })?.name).toBe('mobilenet_v1');
  expect(familyOfNetwork(families, { family: 'model' })).toBeNull();
  expect(familyOfNetwork(families, null)).toBeNull();
});

it.each([
  ['resnet50 torch', ['resnet50@torch']],
  ['  MOBILENETV2@1.4 ', ['mobilenet_v2']],
  ['xception', ['xception']],
  ['Iandola', ['squeezenet1_1@torch']],
  ['no such network', []],
])('finds %j among names and origins', (text, expected) => {
  expect(searchFamilies(families, text, titleOf).map(({ name }) => name)).toEqual(expected);
});

it('shows all where nothing is searched', () => {
  expect(searchFamilies(families, ' ', titleOf)).toEqual(families);
});
