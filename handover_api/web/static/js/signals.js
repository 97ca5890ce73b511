// @ts-check

import { find } from "./transcript.js";

const TELL_EVERY_MS = 3000;
const WRITING_LASTS_MS = 6000;

/** Who writes at this moment, and how far has been read: told to the other side, and shown of it. A screen reader is not told. */
export class Signals {
  #root;
  #transcript;
  #note;
  #toldWritingAt = 0;
  #toldRead = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #end;

  /** @param {HTMLElement} root @param {import("./transcript.js").Transcript} transcript @param {HTMLElement | undefined} field */
  constructor(root, transcript, field) {
    this.#root = root;
    this.#transcript = transcript;
    this.#note = find(root, "[data-writing]");
    field?.addEventListener("input", () => this.#tellWriting());
    // What is sent is not written any longer, and what comes after it is written anew.
    field?.closest("form")?.addEventListener("submit", () => (this.#toldWritingAt = 0));
    root.addEventListener("transcript:end", () => this.tellRead());
    document.addEventListener("visibilitychange", () => this.tellRead());
  }

  /** Whether there is somebody on the other side. A page that does not say how the conversation stands is the staff's own. */
  get #hasOther() {
    return ["with_agent", "asynchronous", undefined].includes(this.#root.dataset.state);
  }

  #tellWriting() {
    if (!this.#hasOther || Date.now() - this.#toldWritingAt < TELL_EVERY_MS) return;
    this.#toldWritingAt = Date.now();
    this.#tell("skriver");
  }

  /** What is at the end of a conversation that somebody looks at has been read. */
  async tellRead() {
    const seq = this.#transcript.seen;
    if (seq <= this.#toldRead || !this.#hasOther || document.hidden || !this.#transcript.isRead) return;
    this.#toldRead = seq;
    if (!(await this.#tell("sett", { seq: String(seq) }))) this.#toldRead = 0;
  }

  /** @param {string} what @param {Record<string, string>} [fields] @returns {Promise<boolean>} Whether it was heard. */
  async #tell(what, fields) {
    const { signals } = this.#root.dataset;
    if (!signals) return true;
    const sent = fetch(`${signals}/${what}`, { method: "POST", body: new URLSearchParams(fields) });
    return sent.then((response) => response.ok).catch(() => false);
  }

  /** @param {string} sentence */
  showWriting(sentence) {
    this.#note.textContent = sentence;
    this.#note.hidden = false;
    this.#transcript.follow();
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.hideWriting(), WRITING_LASTS_MS);
  }

  hideWriting() {
    this.#note.hidden = true;
  }

  /** @param {number} seq Under the last of one's own messages that has been read. @param {string} word */
  showRead(seq, word) {
    const own = /** @type {HTMLElement[]} */ ([...this.#root.querySelectorAll("[data-own][data-seq]")]);
    const last = own.filter((line) => Number(line.dataset.seq) <= seq).pop();
    if (!last || last.querySelector("[data-read]")) return;
    const mark = this.#root.querySelector("[data-read]") ?? document.createElement("p");
    mark.className = "message__read";
    mark.setAttribute("data-read", "");
    mark.textContent = word;
    last.append(mark);
    this.#transcript.follow();
  }
}
