/** Why there is no picture of a camera. */
export const CAMERA_PROBLEMS = ['insecure', 'none', 'refused', 'busy', 'failed', 'ended'] as const;
export type CameraProblem = (typeof CAMERA_PROBLEMS)[number];

/** What a refusal means, by its name in the specification (W3C Media Capture and Streams, `getUserMedia`). */
export function cameraProblem(error: unknown): CameraProblem {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** A size that every camera has about; a larger one would only be made smaller. */
const WISHED = { width: { ideal: 1280 }, height: { ideal: 720 } };
const QUALITY = 0.92;

/** A camera's picture, from when it is asked for until it is closed. */
export class Camera {
  stream = $state.raw<MediaStream | null>(null);
  problem = $state<CameraProblem | null>(null);
  /** Several cameras can be chosen from once the first was allowed: their names are told only then. */
  devices = $state.raw<readonly MediaDeviceInfo[]>([]);
  deviceId = $state<string | null>(null);
  #asked = 0;

  /** @param deviceId the one that the system prefers, where it is left out */
  async open(deviceId: string | null = null): Promise<void> {
    this.close();
    this.#asked += 1;
    const asked = this.#asked;
    this.problem = null;
    // A page that another machine serves without TLS is given no camera.
    const media = (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
    if (media === undefined) {
      this.problem = 'insecure';
      return;
    }
    try {
      const video = { ...WISHED, ...(deviceId !== null && { deviceId: { exact: deviceId } }) };
      const stream = await media.getUserMedia({ video, audio: false });
      if (asked !== this.#asked) {
        end(stream);
        return;
      }
      this.stream = stream;
      const [track] = stream.getVideoTracks();
      this.deviceId = track?.getSettings().deviceId ?? deviceId;
      track?.addEventListener('ended', () => {
        if (this.stream !== stream) return;
        this.close();
        this.problem = 'ended';
      });
      this.devices = (await media.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    } catch (error) {
      if (asked === this.#asked) this.problem = cameraProblem(error);
    }
  }

  /** The camera's light goes out. */
  close(): void {
    this.#asked += 1;
    if (this.stream !== null) end(this.stream);
    this.stream = null;
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What a video shows now, as a JPEG file; null before its first picture. */
export async function pictureOf(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', QUALITY);
  });
}

/** A name for a picture that was taken then, which sorts by time: `camera 2026-11-27 14.03.09.jpg`. */
export function pictureName(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `camera ${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}.jpg`;
}
