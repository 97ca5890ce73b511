// @ts-check

import { find } from "./transcript.js";

/** Says that files are too large before they are sent: it may take minutes to send what is refused. */
class FileSender extends HTMLElement {
  connectedCallback() {
    const field = /** @type {HTMLInputElement} */ (find(this, "input[type=file]"));
    const fault = find(this, "[data-fault]");
    const most = Number(this.dataset.most);
    const isTooLarge = () => [...(field.files ?? [])].reduce((sum, file) => sum + file.size, 0) > most;
    const show = () => {
      const sentence = isTooLarge() ? (this.dataset.say ?? "") : "";
      fault.textContent = sentence;
      fault.hidden = !sentence;
      field.toggleAttribute("aria-invalid", Boolean(sentence));
      if (sentence) field.setAttribute("aria-invalid", "true");
    };
    field.addEventListener("change", show);
    find(this, "form").addEventListener("submit", (event) => {
      if (!isTooLarge()) return;
      event.preventDefault();
      show();
      field.focus();
    });
  }
}

customElements.define("file-sender", FileSender);
