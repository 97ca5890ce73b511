// @ts-check

import { post, RefusedError } from "./outbox.js";
import { find } from "./transcript.js";

const ANNOUNCEMENT_MS = 1000;

/** Whether an answer helped, said without loading the page anew. The server makes what it then looks like. */
class AnswerFeedback extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#send(event));
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const fields = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form, event.submitter)));
    try {
      const answer = await post(form.action, fields);
      const focused = this.contains(document.activeElement) ? document.activeElement?.id : "";
      this.innerHTML = answer.html;
      // What had the focus has been made anew; whoever has gone on meanwhile is left alone.
      if (focused) document.getElementById(focused)?.focus();
      this.#announce(answer.said);
    } catch (error) {
      const fault = find(form, "[data-feedback-fault]");
      const page = /** @type {HTMLElement | null} */ (this.closest("[data-say-unreachable]"));
      fault.textContent = error instanceof RefusedError ? error.message : (page?.dataset.sayUnreachable ?? "");
      fault.hidden = false;
      const field = form.querySelector("textarea");
      if (!field || !(error instanceof RefusedError)) return;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  }

  /** @param {string} sentence */
  #announce(sentence) {
    const said = document.createElement("p");
    said.textContent = sentence;
    document.querySelector("[data-announcer]")?.append(said);
    setTimeout(() => said.remove(), ANNOUNCEMENT_MS);
  }
}

customElements.define("answer-feedback", AnswerFeedback);
