/** Words of the Network view. */
export const network = {
  title: 'Network',
  lead: 'A pretrained network already knows edges, textures and parts. Choose the one to continue from.',
  loading: 'Reading the list of networks…',
} as const;
