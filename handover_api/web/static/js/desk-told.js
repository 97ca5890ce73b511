// @ts-check

// Kept by the browser for all its tabs: a thing is told once, whichever tab hears of it first. References and moments, nothing else.
const NAME = "desk-told";
// A page that was open so lately: what has come since then is for the next page to tell.
const JUST_NOW_MS = 60000;
const FORGOTTEN_AFTER_MS = 3600000;
// By then every tab sees what another has written there: each is a process of its own, and hears of it a little later.
const SEEN_BY_ALL_MS = 10000;

/** @typedef {{ heard: Record<string, number>, known: Record<string, number> }} Told */

/** @type {Set<string>} */
const heardHere = new Set();

/**
 * Remembers that these things are known.
 *
 * @param {string} source Where they come from; what a source has when a page first hears of it is nothing new.
 * @param {string[]} keys
 * @returns {Promise<Set<string>>} those that nobody knew of
 */
export async function findNew(source, keys) {
  const unknown = await oneTabAtATime(() => {
    const told = read();
    const now = Date.now();
    const isFirst = !heardHere.has(source) && now - (told.heard[source] ?? 0) > JUST_NOW_MS;
    heardHere.add(source);
    const fresh = new Set(isFirst ? [] : keys.filter((key) => !(key in told.known)));
    for (const key of keys) told.known[key] = now;
    for (const [key, at] of Object.entries(told.known)) if (now - at > FORGOTTEN_AFTER_MS) delete told.known[key];
    told.heard[source] = now;
    write(told);
    return fresh;
  });
  const mine = await Promise.all([...unknown].map(async (key) => ((await isFirstToSay(key)) ? [key] : [])));
  return new Set(mine.flat());
}

/** Remembers that somebody sees these already. @param {string[]} keys @returns {Promise<void>} */
export function markKnown(keys) {
  for (const key of keys) isFirstToSay(key);
  return oneTabAtATime(() => {
    const told = read();
    for (const key of keys) told.known[key] = Date.now();
    write(told);
  });
}

// Nothing may have come for a long time; the page has listened all the same.
addEventListener("pagehide", () => {
  const told = read();
  for (const source of heardHere) told.heard[source] = Date.now();
  write(told);
});

/**
 * Whether no other tab has just told of it. Locks are the one thing that all tabs agree on at once.
 *
 * @param {string} key
 * @returns {Promise<boolean>}
 */
function isFirstToSay(key) {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`${NAME}:${key}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((release) => setTimeout(release, SEEN_BY_ALL_MS));
    });
  });
}

/** @template Result @param {() => Result} work @returns {Promise<Result>} */
async function oneTabAtATime(work) {
  return "locks" in navigator ? navigator.locks.request(NAME, async () => work()) : work();
}

/** @returns {Told} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "") ?? empty();
  } catch {
    return empty();
  }
}

/** @returns {Told} */
function empty() {
  return { heard: {}, known: {} };
}

/** @param {Told} told */
function write(told) {
  try {
    localStorage.setItem(NAME, JSON.stringify(told));
  } catch {
    // A browser that keeps nothing tells in every tab.
  }
}
