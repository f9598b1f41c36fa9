import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { MOST_SERVED_CLASSES, type ServedModel } from '../engine/service/served-model.ts';
import { ThawError, type SerializedError } from '../shared/errors/thaw-error.ts';
import { Gate } from './gate.ts';
import { explainListening } from './listening.ts';
import { ModelAnswers } from './model-answers.ts';
import { refuseConnection, RequestRefused, sendProblem, type ModelProblem } from './model-problem.ts';
import { sentImage } from './sent-image.ts';
import { SentImages } from './sent-images.ts';

/** Other machines never reach it. */
const ADDRESS = '127.0.0.1';
/** As it is, or as the one file of a form. */
const IMAGES = /^(image\/|application\/octet-stream|multipart\/form-data)/i;
const DEFAULT_CLASSES = 3;
const MOST_CONNECTIONS = 64;
/** Single precision has no more than nine digits. */
const DIGITS = 9;
const CHECK_MILLISECONDS = 500;

export interface ModelHostLimits {
  readonly bodyBytes: number;
  /** From the beginning of a request to its answer. */
  readonly seconds: number;
  /** So many at once are answered, those that wait included. */
  readonly requests: number;
}

export interface ModelHostOptions {
  readonly model: ServedModel;
  /** An image that is predicted before anybody asks: the network is in memory then, or why it is not is told. */
  readonly first: Uint8Array;
  /** 0 for one that is free. */
  readonly port: number;
  /** A random one where it is left out. */
  readonly token?: string | undefined;
  readonly limits: ModelHostLimits;
  /** An image whose most probable class is less probable than this is called unsure. */
  readonly unsureBelow?: number | undefined;
  /** Keeps the details of an error that was not foreseen. */
  readonly onDefect: (error: unknown) => SerializedError;
}

export interface ModelHost {
  readonly url: string;
  readonly token: string;
  /** Takes no more requests, and answers those that it has; what is no whole request by the time limit is cut off. */
  readonly close: () => Promise<void>;
}

/** What is wrong with a request itself, by the server's own codes. */
function problemOf(error: FastifyError, { bodyBytes }: ModelHostLimits): ModelProblem | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        status: 413,
        code: 'request.tooLarge',
        message: `A request holds at most ${bodyBytes.toLocaleString('en')} bytes.`,
        hint: 'Send a smaller image, or serve with a larger --body-limit.',
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        status: 415,
        code: 'request.type',
        message: 'A request holds an image, and says so by its Content-Type.',
        hint: 'Send the file itself as image/jpeg, image/png, image/webp or the like, or a form with one file.',
      };
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? { status: error.statusCode, code: 'request.invalid', message: error.message, hint: 'Look at the request.' }
        : null;
  }
}

/** How many classes are wanted: `?top=5`. @throws RequestRefused */
function topOf({ query }: FastifyRequest): number {
  const { top } = query as Readonly<Record<string, unknown>>;
  if (top === undefined) return DEFAULT_CLASSES;
  const count = typeof top === 'string' && /^\d+$/.test(top) ? Number(top) : 0;
  if (count >= 1 && count <= MOST_SERVED_CLASSES) return count;
  throw new RequestRefused({
    status: 400,
    code: 'request.invalid',
    message: `'top' must be a whole number from 1 to ${MOST_SERVED_CLASSES}.`,
    hint: `Leave it out for ${DEFAULT_CLASSES}.`,
  });
}

/** By request: what strikes when it has taken too long. */
type Deadlines = WeakMap<FastifyRequest, AbortSignal>;

function addGate(
  server: FastifyInstance,
  gate: () => Gate,
  { answers, deadlines, seconds }: { answers: ModelAnswers; deadlines: Deadlines; seconds: number },
): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const stranger = gate().checkSender(request.headers);
    const refusal = stranger ?? (request.url === '/health' ? null : gate().checkBearer(request.headers));
    if (refusal) {
      const { status, message } = refusal;
      const hint = stranger ? 'Ask it by 127.0.0.1, and not from a page.' : "Send 'Authorization: Bearer TOKEN'.";
      sendProblem(reply, { status, message, code: stranger ? 'request.host' : 'request.token', hint });
      return;
    }
    if (request.method === 'POST') {
      if (answers.isFull) {
        const message = 'As many images as are taken at once are being predicted.';
        sendProblem(reply, { status: 503, code: 'server.busy', message, hint: 'Ask again.', retryAfter: 1 });
        return;
      }
      answers.begin();
      // Told of every request, however it ends.
      reply.raw.once('close', () => answers.end());
    }
    // Its body has still to come, and counts.
    deadlines.set(request, AbortSignal.timeout(seconds * 1000));
    done();
  });
}

function addRoutes(
  server: FastifyInstance,
  options: ModelHostOptions,
  { answers, deadlines }: { answers: ModelAnswers; deadlines: Deadlines },
): void {
  const { model, limits, unsureBelow } = options;
  const keep = (_: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void): void => done(null, body);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(IMAGES, { parseAs: 'buffer' }, keep);
  server.get('/health', () => ({ status: 'ready' }));
  server.get('/model', () => ({ ...model.facts, ...(unsureBelow !== undefined && { unsureBelow }), limits }));
  server.post('/predict', async (request, reply) => {
    const begun = performance.now();
    const top = topOf(request);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const late = deadlines.get(request) ?? gone.signal;
    const image = sentImage(request);
    try {
      const { classes } = await answers.of(image, AbortSignal.any([gone.signal, late]));
      const [best] = classes;
      return {
        classes: classes
          .slice(0, top)
          .map(({ name, probability }) => ({ name, probability: Number(probability.toPrecision(DIGITS)) })),
        ...(unsureBelow !== undefined && { unsure: (best?.probability ?? 0) < unsureBelow }),
        milliseconds: Math.round(performance.now() - begun),
      };
    } catch (error) {
      if (gone.signal.aborted) {
        const message = 'Who asked has gone.';
        throw new RequestRefused({ status: 400, code: 'request.invalid', message, hint: 'Wait for the answer.' });
      }
      if (!late.aborted || error instanceof RequestRefused) throw error;
      const message = `An image is predicted within ${limits.seconds} seconds; this one was not.`;
      throw new RequestRefused({ status: 503, code: 'server.late', message, hint: 'Ask again.', retryAfter: 1 });
    }
  });
  server.setNotFoundHandler((_, reply) =>
    sendProblem(reply, {
      status: 404,
      code: 'request.unknown',
      message: 'There is POST /predict, GET /model and GET /health.',
      hint: 'Ask one of them.',
    }),
  );
  server.setErrorHandler((error: FastifyError, _, reply) => {
    const known = error instanceof RequestRefused ? error.problem : problemOf(error, limits);
    if (known) return sendProblem(reply, known);
    const { code, message, hint } = error instanceof ThawError ? error.toJSON() : options.onDefect(error);
    return sendProblem(reply, { status: code.startsWith('disk.') ? 507 : 500, code, message, hint });
  });
}

/**
 * Answers what a checkpoint of a run makes of images, over HTTP and to this machine alone: `POST /predict` takes an image and
 * gives JSON, `GET /model` tells what answers, `GET /health` that it does.
 *
 * @throws ThawError `usage.invalid` where it may not listen, or as `predict`
 */
export async function startModelHost(options: ModelHostOptions): Promise<ModelHost> {
  const { limits, model, port: wanted, token } = options;
  const milliseconds = limits.seconds * 1000;
  const images = await SentImages.open();
  const server = fastify({
    logger: false,
    trustProxy: false,
    forceCloseConnections: 'idle',
    bodyLimit: limits.bodyBytes,
    requestTimeout: milliseconds,
    clientErrorHandler: refuseConnection,
    // Node looks for requests that do not come on only every so often, and not at all for those without a limit of their own.
    http: {
      requestTimeout: milliseconds,
      headersTimeout: milliseconds,
      connectionsCheckingInterval: CHECK_MILLISECONDS,
    },
  });
  let gate: Gate | null = null;
  const open = (): Gate => {
    const { port } = server.server.address() as AddressInfo;
    return (gate ??= new Gate({ address: ADDRESS, port, token }));
  };
  const answers = new ModelAnswers(model, images, limits.requests);
  const deadlines: Deadlines = new WeakMap();
  addGate(server, open, { answers, deadlines, seconds: limits.seconds });
  addRoutes(server, options, { answers, deadlines });
  server.server.maxConnections = MOST_CONNECTIONS;
  let isClosing = false;
  server.addHook('onSend', (_, reply, payload, done) => {
    // Else a connection that was asked over stays for the next request, and the server with it.
    if (isClosing) void reply.header('connection', 'close');
    done(null, payload);
  });
  const close = async (): Promise<void> => {
    isClosing = true;
    // A server that closes looks for late requests no more: one that never becomes whole would hold it for ever.
    const last = setTimeout(() => server.server.closeAllConnections(), milliseconds);
    try {
      await server.close();
    } finally {
      clearTimeout(last);
      await images.close();
    }
  };
  try {
    await answers.of(options.first, new AbortController().signal);
    await server.listen({ host: ADDRESS, port: wanted });
  } catch (error) {
    await close();
    throw explainListening(error, { address: ADDRESS, port: wanted });
  }
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://${ADDRESS}:${port}`, token: open().token, close };
}
