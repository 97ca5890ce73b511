// @ts-check

import { LiveStream } from "./live-stream.js";
import { RenewedHtml } from "./renewed-html.js";
import { find } from "./transcript.js";

/** The models and the training, brought up to date by the server's own HTML. What changes in words is said, the numbers are not. */
class ModelsBoard extends HTMLElement {
  connectedCallback() {
    const notice = find(document, "[data-connection]");
    const shown = new RenewedHtml(this, find(document, "[data-models-announcer]"), "#traning");
    this.stream = new LiveStream({
      streamUrl: this.dataset.stream ?? "",
      pollUrl: this.dataset.poll ?? "",
      names: ["models"],
      receive: (_, html) => shown.show(html),
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
}

customElements.define("models-board", ModelsBoard);
