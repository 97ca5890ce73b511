// @ts-check

import { find } from "./transcript.js";

// Long enough for somebody to write a word to its end.
const PAUSE_MS = 500;

/**
 * Shows what is being written as residents will see it, and says what remains to be done beside the fields. It is a plain form with
 * a button until then.
 */
class ArticleEditor extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** @type {AbortController | undefined} */
  #asking;
  #isUnsaved = false;

  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.form = form;
    const button = find(this, "[data-preview-button]");
    button.hidden = true;
    form.addEventListener("input", () => {
      this.#isUnsaved = true;
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#show(), PAUSE_MS);
    });
    form.addEventListener("submit", () => (this.#isUnsaved = false));
    window.addEventListener("beforeunload", this.#holdBack);
  }

  disconnectedCallback() {
    clearTimeout(this.#pause);
    this.#asking?.abort();
    window.removeEventListener("beforeunload", this.#holdBack);
  }

  #holdBack = (/** @type {BeforeUnloadEvent} */ event) => {
    if (this.#isUnsaved) event.preventDefault();
  };

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
      find(this, "[data-preview]").innerHTML = answer.html;
      this.#tell(answer.problems);
    } catch (error) {
      // One that was broken off is followed by the next.
      if (!(error instanceof DOMException && error.name === "AbortError"))
        this.#say("Förhandsvisningen gick inte att uppdatera. Det du skriver är kvar i fälten.");
    }
  }

  /** @param {Record<string, string>} problems What remains to be done, by the field. */
  #tell(problems) {
    for (const place of this.querySelectorAll("[data-fault]")) {
      if (!(place instanceof HTMLElement)) continue;
      const sentence = problems[place.dataset.fault ?? ""] ?? "";
      if (place.textContent !== sentence) place.textContent = sentence;
      place.hidden = sentence === "";
      const field = this.querySelector(`[aria-describedby~="${place.id}"]`);
      if (sentence) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
    this.#say(Object.values(problems).join(" "));
  }

  /** @param {string} sentence */
  #say(sentence) {
    const told = find(this, "[data-told]");
    // Setting the same text again would be read aloud again.
    if (told.textContent !== sentence) told.textContent = sentence;
  }
}

customElements.define("article-editor", ArticleEditor);
