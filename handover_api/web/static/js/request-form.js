// @ts-check

import { post, RefusedError } from "./outbox.js";
import { find } from "./transcript.js";

/** What an agent asks for, answered without loading the page anew. The server says what is wrong with it, and where. */
class RequestForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#send(event));
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    try {
      const fields = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form, event.submitter)));
      const answer = await post(form.action, fields);
      if (!answer.form) {
        this.dispatchEvent(new CustomEvent("request:answered", { bubbles: true, detail: answer }));
        return;
      }
      this.innerHTML = answer.form;
      const wrong = this.querySelector("[aria-invalid]");
      if (wrong instanceof HTMLElement) wrong.focus();
    } catch (error) {
      const page = /** @type {HTMLElement | null} */ (this.closest("[data-say-unreachable]"));
      const fault = find(form, "[data-request-fault]");
      fault.textContent = (error instanceof RefusedError && error.message) || (page?.dataset.sayUnreachable ?? "");
      fault.hidden = false;
    }
  }
}

customElements.define("request-form", RequestForm);
