// @ts-check

import { NEWS_EVENTS, receiveNews } from "./desk-notices.js";
import { showInTitle } from "./desk-title.js";
import "./time-left.js";
import { find } from "./transcript.js";

const SIGN_OF_LIFE_MS = 20000;
const TOO_SOON_MS = 8000;

/** The events of the desk's stream that are the panel's. */
export const PRESENCE_EVENTS = ["presence", "pulse", ...NEWS_EVENTS];

/** Passes an event of the stream on to the panel. @param {string} name @param {string} html @returns {boolean} whether it was the panel's */
export function receivePresence(name, html) {
  const panel = document.querySelector("desk-presence");
  if (!(panel instanceof DeskPresence) || !PRESENCE_EVENTS.includes(name)) return false;
  if (name === "pulse") panel.giveSignOfLife();
  else if (name === "presence") panel.receive(html);
  else receiveNews(name, html);
  return true;
}

/**
 * Says that somebody is here, and shows what the agent is asked. The stream's pulse is what it answers: a browser slows down the timers
 * of a hidden page, but not what comes over the network. The timer is for browsers without a stream.
 */
class DeskPresence extends HTMLElement {
  #lastSign = 0;

  connectedCallback() {
    this.announcer = find(document, "[data-duty-announcer]");
    this.timer = setInterval(() => this.giveSignOfLife(), SIGN_OF_LIFE_MS);
    this.#showCount();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  giveSignOfLife() {
    if (Date.now() - this.#lastSign < TOO_SOON_MS) return;
    this.#lastSign = Date.now();
    // One that does not arrive is followed by the next.
    fetch("/desk/livstecken", { method: "POST" }).catch(() => {});
  }

  /** @param {string} html */
  receive(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const wanted = find(template.content, "[data-duty]");
    const shown = find(this, "[data-duty]");
    if (wanted.outerHTML === shown.outerHTML) return;
    if (wanted.innerHTML === shown.innerHTML && wanted.dataset.duty === shown.dataset.duty) {
      // Only what the title says is another; nobody's button is changed for that.
      shown.dataset.unread = wanted.dataset.unread;
      return this.#showCount();
    }
    const isNew = wanted.dataset.duty !== shown.dataset.duty && wanted.dataset.duty;
    const focus = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-focus") : null;
    shown.replaceWith(wanted);
    if (focus) this.#focusAgain(focus);
    this.#showCount();
    if (isNew && this.announcer) this.announcer.textContent = wanted.dataset.announcement ?? "";
  }

  /** @param {string} name The button that was in use; if it has gone, the reader goes on at the one that is always there. */
  #focusAgain(name) {
    const same = this.querySelector(`[data-focus="${CSS.escape(name)}"]`);
    const button = same ?? find(this, '[data-focus="narvaro"]');
    if (button instanceof HTMLElement) button.focus();
  }

  #showCount() {
    const { duty = "", unread } = find(this, "[data-duty]").dataset;
    showInTitle({ offers: duty.split(" ").filter(Boolean).length, unread: Number(unread) });
  }
}

customElements.define("desk-presence", DeskPresence);
