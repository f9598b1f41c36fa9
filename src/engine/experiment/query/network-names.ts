import { listNetworks } from '../../network/registry.ts';

/**
 * The networks that a person calls so: by the name that runs keep (`resnet50_224`), by the same without its size (`resnet50`),
 * or by another that `thaw networks` tells (`InceptionV3`); without regard to case.
 *
 * @param names those to choose from
 */
export function networksCalled(text: string, names: readonly string[]): readonly string[] {
  const wanted = text.toLowerCase();
  const listed = listNetworks();
  return names.filter((name) => {
    const aliases = listed.find((entry) => entry.name === name)?.aliases ?? [];
    return [name, name.replace(/_\d+$/, ''), name.replace(/_\d+(?:@[a-z]+)?$/, ''), ...aliases].some(
      (candidate) => candidate.toLowerCase() === wanted,
    );
  });
}
