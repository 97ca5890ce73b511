// @ts-check

import { PRESENCE_EVENTS, receivePresence } from "./desk-presence.js";
import { LiveStream } from "./live-stream.js";
import { find } from "./transcript.js";
import "./waiting-time.js";

/** The lead's wall, brought up to date by the server's own HTML. The forms beside it are not touched. */
class DeskWall extends HTMLElement {
  connectedCallback() {
    const notice = find(document, "[data-connection]");
    this.stream = new LiveStream({
      streamUrl: this.dataset.stream ?? "",
      pollUrl: this.dataset.poll ?? "",
      names: ["wall", ...PRESENCE_EVENTS],
      receive: (name, html) => receivePresence(name, html) || this.#receive(html),
      tell: (state) => {
        notice.hidden = state === "connected";
        notice.textContent = {
          connected: "",
          disconnected: "Ingen förbindelse just nu. Siffrorna kan vara gamla. Vi försöker igen.",
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
    const focused = this.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    this.innerHTML = html;
    if (!focused) return;
    const same = this.querySelector(`a[href="${CSS.escape(focused)}"]`);
    if (same instanceof HTMLElement) same.focus();
  }
}

customElements.define("desk-wall", DeskWall);
