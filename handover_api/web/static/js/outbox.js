// @ts-check

const GIVE_UP_MS = 15000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
// A letter that makes the service itself fail so often goes back to its writer, so that those behind it can be sent.
const MOST_FAULTS = 5;
// Refusals that pass: the request came too slowly, or too many came at once.
const PASSING = [408, 425, 429];
const FAULT = 500;

/** @typedef {{ client_id: string, text: string, choice?: string, to?: string, start?: string, used?: string, conversation?: string }} Letter */

/** A refusal that sending again does not cure; `message` is for the reader, and empty when none was given. */
export class RefusedError extends Error {}

/** @returns {string} */
export function newClientId() {
  // Not crypto.randomUUID, which is missing on pages without https.
  return [...crypto.getRandomValues(new Uint32Array(4))].map((number) => number.toString(36)).join("-");
}

/**
 * Posts a form and reads the answer.
 *
 * @param {string} url
 * @param {Record<string, string>} fields
 * @returns {Promise<any>}
 */
export async function post(url, fields) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), GIVE_UP_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      signal: limit.signal,
    });
    // What stands between may answer in the service's place, with a page of its own.
    if (response.ok) return await response.json();
    const { detail } = await response.json().catch(() => ({}));
    if (response.status < FAULT && !PASSING.includes(response.status)) throw new RefusedError(detail);
    throw new Error(detail, { cause: response.status });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What has been written and not yet received. It is sent one at a time, in order, and again and again until it has arrived. It is
 * remembered over a reload, and has an id from the beginning, so sending again never stores it twice.
 */
export class Outbox {
  #memory;
  #url;
  #told;
  /** @type {Letter[]} */
  #letters;
  #isSending = false;
  #failures = 0;
  #faults = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nextTry;

  /**
   * @param {string} url
   * @param {import("./memory.js").Memory} memory
   * @param {object} told What is done when a letter has been received, refused for good, or not sent yet.
   * @param {(letter: Letter, answer: any) => void} told.sent
   * @param {(letter: Letter, reason: string) => void} told.refused
   * @param {(letter: Letter) => void} told.failed
   */
  constructor(url, memory, told) {
    this.#url = url;
    this.#memory = memory;
    this.#told = told;
    this.#letters = JSON.parse(memory.read("unsent") || "[]");
    addEventListener("online", () => this.hurry());
  }

  /** In the order in which they were written. */
  get unsent() {
    return [...this.#letters];
  }

  /** @param {Letter} letter */
  send(letter) {
    this.#letters.push(letter);
    this.#save();
    this.hurry();
  }

  /** Sends what there is now, however long the pause was to be. */
  hurry() {
    clearTimeout(this.#nextTry);
    if (!this.#isSending) this.#sendAll();
  }

  /** The letter need not be sent any more. @param {Letter} letter */
  forget(letter) {
    this.#letters = this.#letters.filter((each) => each.client_id !== letter.client_id);
    this.#save();
  }

  async #sendAll() {
    this.#isSending = true;
    let goesOn = true;
    while (goesOn && this.#letters.length) goesOn = await this.#sendFirst();
    this.#isSending = false;
  }

  /** @returns {Promise<boolean>} Whether the next one may be sent. */
  async #sendFirst() {
    const letter = this.#letters[0];
    try {
      const answer = await post(this.#url, /** @type {Record<string, string>} */ (letter));
      this.#isDone(letter);
      this.#told.sent(letter, answer);
    } catch (error) {
      // It has arrived in spite of all, and come back on the stream.
      if (this.#letters[0] !== letter) return true;
      const isFault = error instanceof Error && error.cause === FAULT && ++this.#faults >= MOST_FAULTS;
      if (!(error instanceof RefusedError) && !isFault) return this.#tryLater();
      this.#isDone(letter);
      this.#told.refused(letter, error.message);
    }
    return true;
  }

  /** @param {Letter} letter */
  #isDone(letter) {
    this.#failures = this.#faults = 0;
    this.forget(letter);
  }

  #tryLater() {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    // Not everybody at the same moment, when a service is back.
    this.#nextTry = setTimeout(() => this.hurry(), pause * (0.8 + Math.random() * 0.4));
    for (const letter of this.unsent) this.#told.failed(letter);
    return false;
  }

  #save() {
    this.#memory.write("unsent", this.#letters.length ? JSON.stringify(this.#letters) : "");
  }
}
