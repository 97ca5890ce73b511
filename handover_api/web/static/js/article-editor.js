// @ts-check

import { find, showText } from "./transcript.js";
import { askAbout, WhileWriting } from "./while-writing.js";

// Long enough for somebody to write a word to its end.
const PAUSE_MS = 500;

/**
 * Shows what is being written as residents will see it, and says what remains to be done beside the fields. It is a plain form with
 * a button until then.
 */
class ArticleEditor extends HTMLElement {
  #isUnsaved = false;

  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    find(this, "[data-preview-button]").hidden = true;
    this.writing = new WhileWriting(
      PAUSE_MS,
      async (signal) => {
        const answer = await askAbout(this.dataset.address ?? "", form, signal);
        find(this, "[data-preview]").innerHTML = answer.html;
        this.#tell(answer.problems);
      },
      () => this.#say("Förhandsvisningen gick inte att uppdatera. Det du skriver är kvar i fälten."),
    );
    form.addEventListener("input", () => {
      this.#isUnsaved = true;
      this.writing?.goesOn();
    });
    form.addEventListener("submit", () => (this.#isUnsaved = false));
    window.addEventListener("beforeunload", this.#holdBack);
  }

  disconnectedCallback() {
    this.writing?.stop();
    window.removeEventListener("beforeunload", this.#holdBack);
  }

  #holdBack = (/** @type {BeforeUnloadEvent} */ event) => {
    if (this.#isUnsaved) event.preventDefault();
  };

  /** @param {Record<string, string>} problems What remains to be done, by the field. */
  #tell(problems) {
    for (const place of this.querySelectorAll("[data-fault]")) {
      if (!(place instanceof HTMLElement)) continue;
      const sentence = problems[place.dataset.fault ?? ""] ?? "";
      showText(place, sentence);
      place.hidden = sentence === "";
      const field = this.querySelector(`[aria-describedby~="${place.id}"]`);
      if (sentence) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
    this.#say(Object.values(problems).join(" "));
  }

  /** @param {string} sentence */
  #say(sentence) {
    showText(find(this, "[data-told]"), sentence);
  }
}

customElements.define("article-editor", ArticleEditor);
