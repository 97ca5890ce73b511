// @ts-check

import { Memory } from "./memory.js";
import { find, showText } from "./transcript.js";
import { WhileWriting } from "./while-writing.js";

// Long enough for a finger to reach the next key.
const PAUSE_MS = 200;

/**
 * Searches while somebody writes, and puts an answer into the reply, after what stands there already. It is a plain form and plain
 * buttons until then. The arrows go between the field and the answers that were found; Enter on one puts it in.
 */
class AnswerSearch extends HTMLElement {
  #writing = new WhileWriting(
    PAUSE_MS,
    (signal) => this.#search(signal),
    () => this.#tell("Sökningen gick inte. Försök igen."),
  );

  connectedCallback() {
    this.field = /** @type {HTMLInputElement} */ (find(this, "input[type=search]"));
    this.field.addEventListener("input", () => this.#writing.goesOn());
    find(this, "form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#writing.askNow();
    });
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.#rememberUsed();
  }

  disconnectedCallback() {
    this.#writing.stop();
  }

  get #reply() {
    const reply = document.querySelector("#svara textarea");
    return reply instanceof HTMLTextAreaElement ? reply : undefined;
  }

  get #used() {
    const used = this.querySelector("[data-used]");
    return used instanceof HTMLInputElement ? used : undefined;
  }

  /** The answers that were put into a draft are remembered with it, and forgotten when nothing of it is left. */
  #rememberUsed() {
    const used = this.#used;
    if (!used) return;
    this.memory = new Memory(this.closest("case-conversation")?.getAttribute("data-memory") ?? "");
    used.value ||= this.memory.read("used");
    this.#reply?.addEventListener("input", () => {
      if (this.#reply?.value.trim() === "") this.#setUsed("");
    });
  }

  /** @param {string} marks */
  #setUsed(marks) {
    if (this.#used) this.#used.value = marks;
    this.memory?.write("used", marks);
  }

  /** What the reply was made from, for whoever sends it; the next reply begins without. @returns {string} */
  takeUsed() {
    const marks = this.#used?.value ?? "";
    this.#setUsed("");
    return marks;
  }

  /** @param {string} marks */
  addUsed(marks) {
    const all = `${this.#used?.value ?? ""} ${marks}`.split(" ").filter(Boolean);
    this.#setUsed([...new Set(all)].join(" "));
  }

  /** @param {AbortSignal} signal */
  async #search(signal) {
    const query = new URLSearchParams({ sok: this.field?.value ?? "" });
    const response = await fetch(`${this.dataset.address}?${query}`, { headers: { Accept: "application/json" }, signal });
    const answer = await response.json();
    this.#tell(response.ok ? answer.told : answer.detail);
    if (response.ok) find(this, "[data-found]").innerHTML = answer.html;
  }

  /** @param {string} sentence */
  #tell(sentence) {
    showText(find(this, "[data-search-told]"), sentence);
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-insert]") : null;
    const reply = this.#reply;
    if (!(button instanceof HTMLButtonElement) || !reply) return;
    event.preventDefault();
    reply.value = [reply.value.trimEnd(), button.dataset.insert].filter(Boolean).join("\n\n");
    this.addUsed(button.value);
    reply.dispatchEvent(new Event("input", { bubbles: true }));
    reply.focus();
    reply.setSelectionRange(reply.value.length, reply.value.length);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isAtField = document.activeElement === this.field;
    const buttons = [...this.querySelectorAll("[data-insert]")];
    const place = buttons.indexOf(/** @type {Element} */ (document.activeElement));
    if (!step || (!isAtField && place < 0)) return;
    event.preventDefault();
    const next = place + step;
    if (next < 0) this.field?.focus();
    else if (buttons[next] instanceof HTMLElement) buttons[next].focus();
  }
}

customElements.define("answer-search", AnswerSearch);

/** @param {ParentNode} root @returns {Record<string, string>} What a reply says of the answers that it was made from. */
export function answersUsed(root) {
  const search = root.querySelector("answer-search");
  const used = search instanceof AnswerSearch ? search.takeUsed() : "";
  return used ? { used } : {};
}

/** A reply has come back to its field, with the answers that it was made from. @param {ParentNode} root @param {string} marks */
export function useAnswersAgain(root, marks) {
  const search = root.querySelector("answer-search");
  if (search instanceof AnswerSearch) search.addUsed(marks);
}
