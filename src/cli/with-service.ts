import type { Transport } from '../shared/contract/endpoint.ts';

/** Opens the engine for the time of one command; loaded late, because help needs none of it. */
export async function withService<Result>(action: (engine: Transport) => Promise<Result>): Promise<Result> {
  const [{ createService }, { readWorkspace }] = await Promise.all([
    import('../engine/service/create-service.ts'),
    import('../engine/service/workspace.ts'),
  ]);
  const service = createService(readWorkspace());
  try {
    return await action(service.transport);
  } finally {
    await service.close();
  }
}
