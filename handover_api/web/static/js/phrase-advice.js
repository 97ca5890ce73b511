// @ts-check

import { find, showText } from "./transcript.js";
import { askAbout, WhileWriting } from "./while-writing.js";

// Long enough for somebody to write a word to its end.
const PAUSE_MS = 600;

/** Advises on the questions while they are written. It is a plain form with a button until then. */
class PhraseAdvice extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    find(this, "[data-advice-button]").hidden = true;
    const told = find(this, "[data-told]");
    this.writing = new WhileWriting(
      PAUSE_MS,
      async (signal) => {
        const answer = await askAbout(this.dataset.address ?? "", form, signal);
        find(this, "[data-advice]").innerHTML = answer.html;
        find(this, "[data-advice-box]").hidden = answer.told === "";
        showText(told, answer.told);
      },
      () => showText(told, "Råden gick inte att hämta. Det du skriver är kvar i fältet."),
    );
    form.addEventListener("input", () => this.writing?.goesOn());
  }

  disconnectedCallback() {
    this.writing?.stop();
  }
}

customElements.define("phrase-advice", PhraseAdvice);
