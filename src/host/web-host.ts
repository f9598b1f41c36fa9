import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { HostInformation } from '../shared/contract/bridge.ts';
import { LARGEST_MESSAGE_BYTES } from '../shared/contract/codec.ts';
import type { Transport } from '../shared/contract/endpoint.ts';
import { serve, type ServeOptions } from '../shared/contract/serve.ts';
import { contentPolicy } from '../shared/window/content-policy.ts';
import { Gate, outerAddresses, urlHost, type Refusal } from './gate.ts';
import { explainListening } from './listening.ts';
import { webSocketPort, type ServerSocket } from './web-socket-port.ts';
import { windowFiles } from './window-files.ts';

/** As long as browsers keep anything. */
const LASTING = 'private, max-age=31536000, immutable';

export interface WebHostOptions extends ServeOptions {
  /** The engine as a window may use it. */
  readonly transport: Transport;
  /** What the window is told of where it runs. */
  readonly information: HostInformation;
  /** The built window. */
  readonly folder: string;
  /** Where to listen; every address but a loopback one can be reached by others. */
  readonly address: string;
  /** 0 for one that is free. */
  readonly port: number;
}

export interface WebHost {
  /** What to open here: it holds the token. */
  readonly address: string;
  /** What to open on other machines of the network, where they are let in. */
  readonly outerAddresses: readonly string[];
  readonly port: number;
  readonly close: () => Promise<void>;
}

function refuse(reply: FastifyReply, { status, message }: Refusal): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({
    'content-security-policy': contentPolicy([`ws://${request.headers.host ?? ''}`]),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // The address may hold the token.
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // The window's own page alone may ask for a camera, to predict what it sees.
    'permissions-policy': 'camera=(self), microphone=(), geolocation=(), usb=()',
    'cache-control': 'no-store',
  });
}

function addRoutes(server: FastifyInstance, gate: () => Gate, options: WebHostOptions): void {
  const files = windowFiles(options.folder);
  server.addHook('onRequest', (request, reply, done) => {
    const refusal = gate().checkSender(request.headers);
    if (refusal) {
      refuse(reply, refusal);
      return;
    }
    setHeaders(request, reply);
    done();
  });
  server.get(
    '/engine',
    {
      websocket: true,
      preValidation: (request, reply, done) => {
        // Browsers always say where a socket comes from; who does not is none.
        const refusal: Refusal | null =
          request.headers.origin === undefined
            ? { status: 403, message: 'A socket must say where it comes from (Origin).' }
            : gate().checkSession(request.headers);
        if (refusal) refuse(reply, refusal);
        else done();
      },
    },
    (socket: ServerSocket, request) => {
      serve(webSocketPort(socket, request.raw.socket), options.transport, options);
    },
  );
  server.get('/*', async (request, reply) => {
    const { pathname, searchParams } = new URL(request.url, 'http://thaw');
    const token = searchParams.get('token');
    if (token !== null && gate().opensWith(token)) {
      return reply.header('set-cookie', gate().cookie).redirect(pathname, 303);
    }
    const refusal = gate().checkSession(request.headers);
    if (refusal) return refuse(reply, refusal);
    if (pathname === '/host.json') return reply.send(options.information);
    const file = files.get(pathname);
    if (!file) return reply.code(404).type('text/plain; charset=utf-8').send('There is no such file.\n');
    if (file.lasting) void reply.header('cache-control', LASTING);
    return reply.type(file.mediaType).send(await file.read());
  });
}

/**
 * Serves the window and its engine to browsers. There is no CORS: no other page is told anything.
 *
 * @throws ThawError `usage.invalid` where it may not listen, `set-up.failed` where the window was not built
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const server = fastify({ logger: false, trustProxy: false, forceCloseConnections: true });
  await server.register(websocket, {
    options: { maxPayload: LARGEST_MESSAGE_BYTES, perMessageDeflate: false },
  });
  let gate: Gate | null = null;
  const open = (): Gate => {
    if (gate) return gate;
    const { port } = server.server.address() as AddressInfo;
    return (gate = new Gate({ address: options.address, port }));
  };
  addRoutes(server, open, options);
  try {
    await server.listen({ host: options.address, port: options.port });
  } catch (error) {
    await server.close();
    throw explainListening(error, options);
  }
  const { port } = server.server.address() as AddressInfo;
  const addressAt = (host: string): string => `http://${urlHost(host)}:${port}/?token=${open().token}`;
  const { address } = options;
  return {
    address: addressAt(address === '0.0.0.0' || address === '::' ? 'localhost' : address),
    outerAddresses: outerAddresses(address).map(addressAt),
    port,
    close: () => server.close(),
  };
}
