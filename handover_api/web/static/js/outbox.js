// @ts-check

const GIVE_UP_MS = 15000;

/** @typedef {{ client_id: string, text: string, choice?: string, start?: string }} Letter */

/** A refusal that sending again does not cure; `message` is for the reader. */
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
    const answer = await response.json();
    if (response.ok) return answer;
    if (response.status >= 400 && response.status < 500) throw new RefusedError(answer.detail);
    throw new Error(`status ${response.status}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What has been written and not yet received, one at a time and in order. It is remembered over a reload, and has an id from the
 * beginning, so sending again never stores it twice.
 */
export class Outbox {
  #memory;
  #url;
  /** @type {Letter[]} */
  #letters;
  #work = Promise.resolve();

  /** @param {string} url @param {import("./memory.js").Memory} memory */
  constructor(url, memory) {
    this.#url = url;
    this.#memory = memory;
    this.#letters = JSON.parse(memory.read("unsent") || "[]");
  }

  /** What an earlier page could not send. */
  get unsent() {
    return [...this.#letters];
  }

  /**
   * @param {Letter} letter
   * @returns {Promise<any>} The service's answer, or RefusedError, or another error if it may be sent again.
   */
  send(letter) {
    this.forget(letter);
    this.#letters.push(letter);
    this.#save();
    const sent = this.#work.then(() => post(this.#url, letter));
    this.#work = sent.then(
      () => this.forget(letter),
      (error) => error instanceof RefusedError && this.forget(letter),
    );
    return sent;
  }

  /** @param {Letter} letter */
  forget(letter) {
    this.#letters = this.#letters.filter((each) => each.client_id !== letter.client_id);
    this.#save();
  }

  #save() {
    this.#memory.write("unsent", this.#letters.length ? JSON.stringify(this.#letters) : "");
  }
}
