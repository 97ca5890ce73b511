// @ts-check

import { post, RefusedError } from "./outbox.js";
import { find, showText } from "./transcript.js";

/** A checklist whose steps are kept as they are ticked. One that could not be kept goes back to what it was, and says so. */
class CaseChecklist extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) this.#keep(event.target);
    });
  }

  /** @param {HTMLInputElement} box */
  async #keep(box) {
    const fault = find(this, "[data-checklist-error]");
    try {
      const answer = await post(this.dataset.address ?? "", { [box.checked ? "steps" : "were_taken"]: box.value });
      this.#show(answer);
      fault.hidden = true;
    } catch (error) {
      box.checked = !box.checked;
      fault.textContent = (error instanceof RefusedError && error.message) || (this.dataset.failed ?? "");
      fault.hidden = false;
    }
  }

  /** @param {{ progress: string, told: Record<string, string> }} answer */
  #show(answer) {
    find(this, "[data-progress]").textContent = answer.progress;
    for (const place of this.querySelectorAll("[data-step]")) {
      showText(place, answer.told[place.getAttribute("data-step") ?? ""] ?? "");
    }
  }
}

customElements.define("case-checklist", CaseChecklist);
