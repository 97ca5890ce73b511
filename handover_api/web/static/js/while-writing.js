// @ts-check

/**
 * Asks the server while somebody writes, each time they pause. One question at a time: the next breaks off the one before.
 */
export class WhileWriting {
  #pauseMs;
  #ask;
  #fail;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** @type {AbortController | undefined} */
  #asking;

  /**
   * @param {number} pauseMs
   * @param {(signal: AbortSignal) => Promise<void>} ask Asks, and shows the answer.
   * @param {() => void} fail
   */
  constructor(pauseMs, ask, fail) {
    this.#pauseMs = pauseMs;
    this.#ask = ask;
    this.#fail = fail;
  }

  goesOn() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.askNow(), this.#pauseMs);
  }

  async askNow() {
    this.stop();
    this.#asking = new AbortController();
    try {
      await this.#ask(this.#asking.signal);
    } catch (error) {
      // One that was broken off is followed by the next.
      if (!(error instanceof DOMException && error.name === "AbortError")) this.#fail();
    }
  }

  stop() {
    clearTimeout(this.#pause);
    this.#asking?.abort();
  }
}

/**
 * What the server says of a form that is still being filled in.
 *
 * @param {string} address
 * @param {HTMLFormElement} form
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export async function askAbout(address, form, signal) {
  const response = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
    signal,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}
