// @ts-check

import { find } from "./transcript.js";

// Long enough for somebody to write a word to its end.
const PAUSE_MS = 600;

/** Advises on the questions while they are written. It is a plain form with a button until then. */
class PhraseAdvice extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** @type {AbortController | undefined} */
  #asking;

  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.form = form;
    find(this, "[data-advice-button]").hidden = true;
    form.addEventListener("input", () => {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#show(), PAUSE_MS);
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#pause);
    this.#asking?.abort();
  }

  async #show() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    try {
      const response = await fetch(this.dataset.address ?? "", {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(/** @type {any} */ (new FormData(this.form))),
        signal: this.#asking.signal,
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.detail);
      find(this, "[data-advice]").innerHTML = answer.html;
      find(this, "[data-advice-box]").hidden = answer.told === "";
      this.#say(answer.told);
    } catch (error) {
      // One that was broken off is followed by the next.
      if (!(error instanceof DOMException && error.name === "AbortError"))
        this.#say("Råden gick inte att hämta. Det du skriver är kvar i fältet.");
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    const told = find(this, "[data-told]");
    // Setting the same text again would be read aloud again.
    if (told.textContent !== sentence) told.textContent = sentence;
  }
}

customElements.define("phrase-advice", PhraseAdvice);
