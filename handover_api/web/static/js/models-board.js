// @ts-check

import { LiveStream } from "./live-stream.js";
import { find } from "./transcript.js";

/** The models and the training, brought up to date by the server's own HTML. What changes in words is said, the numbers are not. */
class ModelsBoard extends HTMLElement {
  connectedCallback() {
    const notice = find(document, "[data-connection]");
    this.announcer = find(document, "[data-models-announcer]");
    this.said = this.#words();
    this.stream = new LiveStream({
      streamUrl: this.dataset.stream ?? "",
      pollUrl: this.dataset.poll ?? "",
      names: ["models"],
      receive: (_, html) => this.#receive(html),
      tell: (state) => {
        notice.hidden = state === "connected";
        notice.textContent = {
          connected: "",
          disconnected: "Ingen förbindelse just nu. Det som visas kan vara gammalt. Vi försöker igen.",
          refused: "Du är utloggad. Ladda om sidan och logga in igen.",
          replaced: "",
        }[state];
      },
    });
    this.stream.open();
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  /** @param {string} html */
  #receive(html) {
    const focused = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
    this.innerHTML = html;
    const words = this.#words();
    if (words !== this.said && this.announcer) this.announcer.textContent = words;
    this.said = words;
    if (!focused) return;
    const same = this.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? this.querySelector("#traning");
    if (same instanceof HTMLElement) same.focus();
  }

  #words() {
    return this.querySelector("[data-say]")?.textContent?.trim() ?? "";
  }
}

customElements.define("models-board", ModelsBoard);
