// @ts-check

const NOTES = [659, 880];
const NOTE_SECONDS = 0.16;
const LOUDNESS = 0.2;
// A browser that lets nothing be heard before the page has been touched does not answer at all.
const PATIENCE_MS = 500;

/** @type {AudioContext | undefined} */
let context;

/** Two short notes, made by the browser itself. @returns {Promise<boolean>} whether they could be played */
export async function playTone() {
  if (!("AudioContext" in window)) return false;
  context ??= new AudioContext();
  if (context.state !== "running") {
    await Promise.race([context.resume().catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }
  // `state` has changed while we waited.
  if (/** @type {string} */ (context.state) !== "running") return false;
  const loudness = context.createGain();
  const start = context.currentTime;
  const end = start + NOTES.length * NOTE_SECONDS;
  loudness.gain.setValueAtTime(LOUDNESS, start);
  // A tone that is cut off clicks.
  loudness.gain.exponentialRampToValueAtTime(0.001, end);
  loudness.connect(context.destination);
  NOTES.forEach((frequency, index) => {
    const note = new OscillatorNode(/** @type {AudioContext} */ (context), { frequency });
    note.connect(loudness);
    note.start(start + index * NOTE_SECONDS);
    note.stop(start + (index + 1) * NOTE_SECONDS);
  });
  return true;
}

/** Whoever touches the page lets it be heard from then on. */
export function allowTone() {
  const wake = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => {});
  };
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { once: true, passive: true });
}
