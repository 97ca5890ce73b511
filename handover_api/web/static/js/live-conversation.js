// @ts-check

import { LiveStream } from "./live-stream.js";
import { Memory } from "./memory.js";
import { newClientId, Outbox } from "./outbox.js";
import { Signals } from "./signals.js";
import { find, showText, Transcript } from "./transcript.js";

// A second press on the button within this time is the same press.
const DOUBLE_PRESS_MS = 1000;

/** @param {HTMLElement | null} button @returns {Record<string, string>} What a button sends, if the form has several. */
const saidBy = (button) => (button instanceof HTMLButtonElement && button.name ? { [button.name]: button.value } : {});

/** A conversation that the server has rendered comes alive: new lines arrive, and sending does not reload the page. */
export class LiveConversation extends HTMLElement {
  /** The events, apart from messages, that a subclass receives. @returns {string[]} */
  get eventNames() {
    return [];
  }

  connectedCallback() {
    this.memory = new Memory(this.dataset.memory ?? "");
    this.transcript = new Transcript(this);
    this.status = find(this, "[data-status]");
    this.calmStatus = this.status.textContent ?? "";
    const stream = (this.stream = new LiveStream({
      streamUrl: this.dataset.stream ?? "",
      pollUrl: this.dataset.poll ?? "",
      names: ["message", "writing", "read", ...this.eventNames],
      seen: this.transcript.seen,
      conversation: () => this.dataset.conversation ?? "",
      receive: (name, data) => this.#take(name, data),
      tell: (state) => this.connectionChanged(state),
    }));
    for (const element of this.querySelectorAll("[data-with-script]")) element.toggleAttribute("hidden", false);
    for (const element of this.querySelectorAll("[data-without-script]")) element.toggleAttribute("hidden", true);
    this.#connectComposer();
    this.signals = new Signals(this, this.transcript, this.field);
    if (this.transcript.seen && !location.hash) this.transcript.toEnd();
    if (this.dataset.conversation) stream.open();
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  /** @param {string} name @param {string} data */
  #take(name, data) {
    if (name === "message") this.receiveLine(data);
    else if (name === "writing") this.signals?.showWriting(data);
    else if (name === "read") this.showRead(Number(data));
    else this.receive(name, data);
  }

  /** @param {number} seq What the other side has read. */
  showRead(seq) {
    this.signals?.showRead(seq, this.words("read"));
  }

  /** @param {string} html A message, made by the server. */
  receiveLine(html) {
    const focused = document.activeElement;
    const line = this.transcript?.receive(html);
    if (line && !line.hasAttribute("data-own")) this.signals?.hideWriting();
    this.signals?.tellRead();
    // The button on a line that was not sent yet goes with it.
    if (focused && !focused.isConnected) this.field?.focus();
    for (const letter of this.outbox?.unsent ?? []) {
      if (this.transcript?.has(letter.client_id)) this.outbox?.forget(letter);
    }
    return line;
  }

  /** @param {string} _name @param {string} _data What a subclass does with its own events. */
  receive(_name, _data) {}

  /** @param {any} _answer What a subclass does when something has been received by the service. */
  received(_answer) {}

  /** @param {import("./outbox.js").Letter} _letter What a subclass does when a text is back in the field. */
  takenBack(_letter) {}

  /** @returns {Record<string, string>} What a subclass sends along with every message. */
  get extraFields() {
    return {};
  }

  /** @param {import("./live-stream.js").ConnectionState} state */
  connectionChanged(state) {
    if (state === "connected") this.outbox?.hurry();
    this.showStatus(state === "connected" ? this.calmStatus : this.words(state));
  }

  /** @param {string} name @returns {string} A sentence that the template has written, in the page's language. */
  words(name) {
    return this.getAttribute(`data-say-${name}`) ?? "";
  }

  /** @param {string} sentence */
  showStatus(sentence) {
    showText(this.status, sentence);
    this.status.hidden = !sentence;
  }

  #connectComposer() {
    const form = this.querySelector("[data-composer]");
    if (!(form instanceof HTMLFormElement)) return;
    this.field = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
    const field = this.field;
    this.fault = find(form, "[data-error]");
    this.outbox = new Outbox(form.action, this.memory, {
      sent: (_letter, answer) => this.#sent(answer),
      refused: (letter, reason) => this.#takeBack(letter, reason || this.words("not-taken")),
      failed: (letter) => this.#showFailed(letter),
    });
    let lastSentAt = 0;

    field.value ||= this.memory.read("draft");
    // Whoever was writing when the page had to be loaded anew goes on writing.
    if (this.memory.read("focus")) field.focus();
    this.memory.write("focus", "");
    field.addEventListener("input", () => this.memory.write("draft", field.value));
    field.addEventListener("keydown", (event) => {
      const hasNoShiftKey = matchMedia("(pointer: coarse)").matches;
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || hasNoShiftKey) return;
      event.preventDefault();
      find(form, "button:not([type=button])").click();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value;
      if (!text.trim() && Date.now() - lastSentAt < DOUBLE_PRESS_MS) return;
      if (!text.trim()) return this.showFault(this.words("empty"));
      lastSentAt = Date.now();
      field.value = "";
      this.memory.write("draft", "");
      this.hideFault();
      field.focus();
      this.send({ client_id: newClientId(), text, ...saidBy(event.submitter), ...this.extraFields });
    });
    this.#goOnSending(this.outbox);
  }

  /** With what an earlier page could not send. @param {Outbox} outbox */
  #goOnSending(outbox) {
    for (const letter of outbox.unsent) {
      if (this.transcript.has(letter.client_id)) {
        outbox.forget(letter);
      } else if (letter.conversation && letter.conversation !== this.dataset.conversation) {
        // It was written in another conversation than the browser has now, and is not sent here by itself.
        outbox.forget(letter);
        this.#putBack(letter);
      } else {
        this.transcript.showPending(letter.client_id, letter.text);
      }
    }
    outbox.hurry();
  }

  /** @param {import("./outbox.js").Letter} letter */
  send(letter) {
    this.transcript.showPending(letter.client_id, letter.text);
    this.outbox?.send({ ...letter, conversation: this.dataset.conversation ?? "" });
  }

  /** @param {any} answer */
  #sent(answer) {
    if (this.status.textContent === this.words("kept")) this.showStatus(this.calmStatus);
    this.receiveLine(answer.html);
    this.received(answer);
  }

  /** @param {string} sentence */
  showFault(sentence) {
    if (!this.field || !this.fault) return;
    this.fault.textContent = sentence;
    this.fault.hidden = false;
    this.field.setAttribute("aria-invalid", "true");
    this.field.focus();
  }

  hideFault() {
    if (this.fault) this.fault.hidden = true;
    this.field?.removeAttribute("aria-invalid");
  }

  /** The text goes back to where it can be mended. @param {import("./outbox.js").Letter} letter @param {string} reason */
  #takeBack(letter, reason) {
    this.transcript.showPending(letter.client_id, letter.text).remove();
    this.#putBack(letter);
    this.showFault(reason);
  }

  /** @param {import("./outbox.js").Letter} letter */
  #putBack(letter) {
    if (!this.field || letter.choice) return;
    this.field.value = [letter.text, this.field.value].filter(Boolean).join("\n");
    this.memory?.write("draft", this.field.value);
    this.takenBack(letter);
  }

  /** @param {import("./outbox.js").Letter} letter It stays as it is while it is tried again: the reader may be at its button. */
  #showFailed(letter) {
    this.showStatus(this.words("kept"));
    if (this.transcript.isFailed(letter.client_id)) return;
    const line = this.transcript.showPending(letter.client_id, letter.text);
    line.classList.add("message--failed");
    const note = document.createElement("p");
    note.className = "message__failure";
    note.textContent = this.words("failed");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button";
    again.textContent = this.words("try-again");
    again.addEventListener("click", () => this.outbox?.hurry());
    line.append(note, again);
    this.transcript.toEnd();
  }
}
