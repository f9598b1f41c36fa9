import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** 256 bits: nobody guesses it. */
const SECRET_BYTES = 32;

const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

export interface GateOptions {
  /** The address that is listened on. */
  readonly address: string;
  readonly port: number;
  /** What lets in; a random one where it is left out. */
  readonly token?: string | undefined;
}

/** Why a request is refused, as an HTTP status and a sentence. */
export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly message: string;
}

function same(given: string, secret: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** An address as it stands in a URL. */
export function urlHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/**
 * By which addresses other machines reach a host that listens at `address`; none where it is a loopback one. Addresses of
 * one link alone are left out: a browser cannot open them without naming the link.
 */
export function outerAddresses(address: string): readonly string[] {
  const found = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const own = found.filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0).map((one) => one.address);
  return ANY_ADDRESS.has(address) ? own : own.filter((one) => one === address);
}

/**
 * Who may speak to the host. A page elsewhere on the web can make a browser send requests here, by our address or by a
 * name that it lets resolve to it: so the names are checked (`Host`), then who asks (`Origin`), then the secret that only
 * the printed address gives away.
 */
export class Gate {
  /** Stands in the printed address. */
  readonly token: string;
  readonly #session = randomBytes(SECRET_BYTES).toString('base64url');
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;

  constructor({ address, port, token = randomBytes(SECRET_BYTES).toString('base64url') }: GateOptions) {
    this.token = token;
    const own = ANY_ADDRESS.has(address)
      ? Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map((one) => one.address))
      : [address];
    const names = ['127.0.0.1', '::1', 'localhost', ...own];
    this.#hosts = new Set(names.map((name) => `${urlHost(name)}:${port}`.toLowerCase()));
    // Browsers keep cookies by host alone, and another Thaw may be served at another port of it.
    this.#cookie = `thaw-${port}`;
  }

  /** The header that lets a browser in from now on: not readable by scripts, never sent on behalf of another site. */
  get cookie(): string {
    return `${this.#cookie}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  opensWith(token: string): boolean {
    return same(token, this.token);
  }

  /** Checks by what name we are called and from where: of every request. */
  checkSender({ host, origin }: IncomingHttpHeaders): Refusal | null {
    if (host === undefined || !this.#hosts.has(host.toLowerCase())) {
      return { status: 421, message: `Thaw answers to its own address only; it was called '${host ?? ''}'.` };
    }
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      return { status: 403, message: `Thaw answers to its own window only; '${origin}' asked.` };
    }
    return null;
  }

  /** Checks that the browser was let in before: of every request but the one that brings the token. */
  checkSession({ cookie = '' }: IncomingHttpHeaders): Refusal | null {
    const found = cookie
      .split(';')
      .map((pair) => pair.trim().split('='))
      .some(([name, value = '']) => name === this.#cookie && same(value, this.#session));
    if (found) return null;
    return {
      status: 401,
      message: 'Open the address that `thaw serve` printed when it started: it lets this browser in.',
    };
  }

  /** Checks that a program brings the token: of every request to a host that is no browser's. */
  checkBearer({ authorization = '' }: IncomingHttpHeaders): Refusal | null {
    const [scheme = '', token = ''] = authorization.split(' ');
    if (scheme.toLowerCase() === 'bearer' && this.opensWith(token)) return null;
    return { status: 401, message: 'A request must bring the token that was printed when serving began.' };
  }
}
