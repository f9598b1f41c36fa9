import { app, type Session, type WebContents } from 'electron';

/** What a page may do beside showing itself: put into the clipboard what a person copies. A camera it is given apart. */
const ALLOWED_PERMISSIONS = new Set(['clipboard-sanitized-write']);

/** Schemes without a server behind them; `devtools` is opened by hand only. */
const LOCAL_SCHEMES = new Set(['blob:', 'data:', 'devtools:']);

/** Before Electron is ready: nothing is fetched or reported by Chromium itself. */
export function quietChromium(): void {
  for (const flag of [
    'disable-background-networking',
    'disable-component-update',
    'disable-domain-reliability',
    'disable-sync',
    'no-pings',
  ]) {
    app.commandLine.appendSwitch(flag);
  }
}

/** No permission but for the clipboard and a camera, no dictionaries, and no request that leaves the window's own origin. */
export function secureSession(session: Session, origin: string): void {
  const isOwn = (url: string): boolean => url.startsWith(`${origin}/`);
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    const types = 'mediaTypes' in details ? details.mediaTypes : undefined;
    // Without sound: a request for a microphone beside it is refused as a whole.
    const isCamera = permission === 'media' && types?.length === 1 && types[0] === 'video' && details.isMainFrame;
    answer((ALLOWED_PERMISSIONS.has(permission) || isCamera) && isOwn(contents.getURL()));
  });
  session.setPermissionCheckHandler((_contents, permission, from, details) => {
    const isCamera = permission === 'media' && details.mediaType === 'video' && details.isMainFrame;
    return (ALLOWED_PERMISSIONS.has(permission) || isCamera) && isOwn(`${from.replace(/\/$/, '')}/`);
  });
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    const { protocol, host } = new URL(url);
    // The development server's reloads come by a socket of the same host.
    const sameHost = protocol === 'ws:' && host === new URL(origin).host;
    decide({ cancel: !isOwn(url) && !sameHost && !LOCAL_SCHEMES.has(protocol) });
  });
}

/** The page stays where it is, opens nothing, and embeds nothing. */
export function secureContents(contents: WebContents, origin: string): void {
  const stay = (event: { readonly preventDefault: () => void }, url: string): void => {
    if (!url.startsWith(`${origin}/`)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
