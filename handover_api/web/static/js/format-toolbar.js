// @ts-check

import { find } from "./transcript.js";

const BULLET = "- ";
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)\S+$/;
const SHORTCUTS = new Map([
  ["b", "bold"],
  ["k", "link"],
]);

/**
 * Buttons that put the marks of a reply (rules/formatted_text.py) around what is selected in its field. Whoever would rather write
 * the marks can; without a script there is no other way, and no buttons.
 */
class FormatToolbar extends HTMLElement {
  connectedCallback() {
    this.field = /** @type {HTMLTextAreaElement} */ (find(document, `#${this.dataset.field}`));
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-format]") : null;
      if (button) this.#format(button.getAttribute("data-format") ?? "");
    });
    this.field.addEventListener("keydown", (event) => {
      const format = SHORTCUTS.get(event.key.toLowerCase());
      if (!format || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      this.#format(format);
    });
  }

  /** @param {string} format */
  #format(format) {
    this.field?.focus();
    if (format === "bold") this.#bold();
    else if (format === "list") this.#list();
    else this.#link();
    this.field?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @returns {{ field: HTMLTextAreaElement, start: number, end: number, text: string }} What is selected, without the spaces around it. */
  get #selected() {
    const field = /** @type {HTMLTextAreaElement} */ (this.field);
    const { selectionStart, selectionEnd, value } = field;
    const selected = value.slice(selectionStart, selectionEnd);
    const text = selected.trim();
    const start = selectionStart + (text ? selected.indexOf(text) : 0);
    return { field, start, end: start + text.length, text };
  }

  #bold() {
    const { field, start, end, text } = this.#selected;
    const isBold = field.value.slice(start - 2, start) === "**" && field.value.slice(end, end + 2) === "**";
    if (isBold) {
      field.setRangeText(text, start - 2, end + 2, "select");
    } else {
      field.setRangeText(`**${text}**`, start, end);
      field.setSelectionRange(start + 2, end + 2);
    }
  }

  /** Whole lines become items, or stop being it if all of them are. */
  #list() {
    const { field } = this.#selected;
    const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    const next = field.value.indexOf("\n", field.selectionEnd);
    const end = next < 0 ? field.value.length : next;
    const lines = field.value.slice(start, end).split("\n");
    const areItems = lines.every((line) => line.startsWith(BULLET));
    const items = lines.map((line) => (areItems ? line.slice(BULLET.length) : BULLET + line));
    field.setRangeText(items.join("\n"), start, end, lines.length > 1 ? "select" : "end");
  }

  /** What is still to be written, the words or the address, is where the writing goes on. */
  #link() {
    const { field, start, end, text } = this.#selected;
    const isAddress = ADDRESS.test(text);
    const [words, address] = isAddress ? ["", text] : [text, "https://"];
    field.setRangeText(`[${words}](${address})`, start, end);
    const isWordless = isAddress || !text;
    const from = start + 1 + (isWordless ? 0 : words.length + 2);
    field.setSelectionRange(from, isWordless ? from : from + address.length);
  }
}

customElements.define("format-toolbar", FormatToolbar);
