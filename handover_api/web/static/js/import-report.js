// @ts-check

import { RenewedHtml } from "./renewed-html.js";
import { find } from "./transcript.js";

const POLL_MS = 700;
const SLOWEST_POLL_MS = 10000;

/** Shows how far the reading of files has come, and then what was found, without loading the page anew. */
class ImportReport extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;
  #failures = 0;

  connectedCallback() {
    this.notice = find(document, "[data-connection]");
    this.shown = new RenewedHtml(this, find(document, "[data-import-announcer]"), "#laget");
    this.#goOn();
  }

  disconnectedCallback() {
    clearTimeout(this.#next);
  }

  #goOn() {
    if (!this.querySelector("[data-at-work]")) return;
    this.#next = setTimeout(() => this.#poll(), Math.min(POLL_MS * 2 ** this.#failures, SLOWEST_POLL_MS));
  }

  async #poll() {
    try {
      const response = await fetch(this.dataset.poll ?? "", { headers: { Accept: "text/html" } });
      // Whoever has been signed out is sent to the page where one signs in.
      if (response.redirected || response.status === 401 || response.status === 404) return this.#tell("refused");
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.shown?.show(await response.text());
      this.#failures = 0;
      this.#tell("");
    } catch {
      this.#failures += 1;
      this.#tell("disconnected");
    }
    this.#goOn();
  }

  /** @param {"" | "refused" | "disconnected"} state */
  #tell(state) {
    if (!this.notice) return;
    this.notice.hidden = !state;
    this.notice.textContent = {
      "": "",
      refused: "Du är utloggad. Ladda om sidan och logga in igen.",
      disconnected: "Ingen förbindelse just nu. Inläsningen går vidare. Vi försöker igen.",
    }[state];
  }
}

customElements.define("import-report", ImportReport);
