/** Both ends of a socket say this often that they live, in a text frame. */
export const HEARTBEAT_MILLISECONDS = 10_000;
/** An end that was silent for so long is taken for gone. A page in the background may be woken once a minute only. */
export const SILENCE_MILLISECONDS = 90_000;
