// @ts-check

import { PRESENCE_EVENTS, receivePresence } from "./desk-presence.js";
import { showInTitle } from "./desk-title.js";
import { LiveStream } from "./live-stream.js";
import { find } from "./transcript.js";
import "./waiting-time.js";

/**
 * The lists of the desk, brought up to date by the server's own HTML. Rows that are the same stay untouched, so that nobody's button
 * moves out from under a finger or a focus.
 */
class DeskQueue extends HTMLElement {
  connectedCallback() {
    const notice = find(document, "[data-connection]");
    this.stream = new LiveStream({
      streamUrl: this.dataset.stream ?? "",
      pollUrl: this.dataset.poll ?? "",
      names: ["queue", ...PRESENCE_EVENTS],
      receive: (name, html) => receivePresence(name, html) || this.#receive(html),
      tell: (state) => {
        notice.hidden = state === "connected";
        notice.textContent = {
          connected: "",
          disconnected: "Ingen förbindelse just nu. Listorna kan vara gamla. Vi försöker igen.",
          refused: "Du är utloggad. Ladda om sidan och logga in igen.",
        }[state];
      },
    });
    this.stream.open();
    this.#showCount();
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  /** @param {string} html */
  #receive(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    // The agent has been given other answer groups, so the page has other lists.
    if (headings(template.content) !== headings(this)) return location.reload();
    const news = find(template.content, "[data-bot-off]");
    const told = find(this, "[data-bot-off]");
    if (told.textContent !== news.textContent) told.replaceChildren(...news.childNodes);
    for (const section of template.content.querySelectorAll("section")) {
      const heading = section.getAttribute("aria-labelledby");
      const current = find(this, `section[aria-labelledby="${heading}"]`);
      this.#updateList(find(current, "[data-list]"), find(section, "[data-list]"));
      const count = find(section, "[data-count]").textContent;
      const shown = find(current, "[data-count]");
      if (shown.textContent !== count) shown.textContent = count;
      shown.dataset.count = find(section, "[data-count]").dataset.count;
    }
    this.#showCount();
  }

  /** How many wait in the list of the agent's own groups, as it is shown. */
  #showCount() {
    showInTitle({ waiting: Number(find(this, '[aria-labelledby="vantar"] [data-count]').dataset.count) });
  }

  /** @param {HTMLElement} current @param {HTMLElement} wanted */
  #updateList(current, wanted) {
    const rows = new Map([...current.children].map((row) => [row.getAttribute("data-key"), row]));
    const focused = current.contains(document.activeElement) ? document.activeElement?.closest("[data-key]") : null;
    let place = current.firstElementChild;
    for (const row of [...wanted.children]) {
      const known = rows.get(row.getAttribute("data-key"));
      rows.delete(row.getAttribute("data-key"));
      if (known && (known.isEqualNode(row) || sameText(known, row))) {
        if (known === place) place = place.nextElementSibling;
        else if (known !== focused) current.insertBefore(known, place);
      } else {
        current.insertBefore(row, place);
        if (known === place) place = place?.nextElementSibling ?? null;
        if (known) keepTick(known, row);
        known?.remove();
      }
    }
    for (const gone of rows.values()) gone.remove();
    // The row that somebody was at has gone to a colleague: the reader goes on from the list's heading.
    if (focused && !focused.isConnected) find(/** @type {HTMLElement} */ (current.closest("section")), "h2").focus();
  }
}

/** A case that a lead has ticked stays so when its row is made anew. @param {Element} known @param {Element} row */
function keepTick(known, row) {
  const box = row.querySelector("input[type=checkbox]");
  if (box instanceof HTMLInputElement) box.checked = known.querySelector("input:checked") !== null;
}

/** Which lists there are. @param {ParentNode} place */
function headings(place) {
  return [...place.querySelectorAll("section")].map((section) => section.getAttribute("aria-labelledby")).join();
}

/** Whether two rows say the same, apart from the time that has passed. @param {Element} one @param {Element} other */
function sameText(one, other) {
  const words = (/** @type {Element} */ row) => {
    const copy = /** @type {Element} */ (row.cloneNode(true));
    for (const time of copy.querySelectorAll("waiting-time")) time.textContent = "";
    return copy.innerHTML;
  };
  return words(one) === words(other);
}

customElements.define("desk-queue", DeskQueue);
