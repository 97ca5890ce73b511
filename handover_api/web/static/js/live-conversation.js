// @ts-check

import { LiveStream } from "./live-stream.js";
import { Memory } from "./memory.js";
import { newClientId, Outbox, RefusedError } from "./outbox.js";
import { find, Transcript } from "./transcript.js";

// A second press on the button within this time is the same press.
const DOUBLE_PRESS_MS = 1000;

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
      names: ["message", ...this.eventNames],
      seen: () => this.transcript.seen,
      receive: (name, data) => (name === "message" ? this.receiveLine(data) : this.receive(name, data)),
      tell: (state) => this.connectionChanged(state),
    }));
    for (const element of this.querySelectorAll("[data-with-script]")) element.toggleAttribute("hidden", false);
    for (const element of this.querySelectorAll("[data-without-script]")) element.toggleAttribute("hidden", true);
    this.#connectComposer();
    if (this.transcript.seen && !location.hash) this.transcript.toEnd();
    if (this.dataset.conversation) stream.open();
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  /** @param {string} html A message, made by the server. */
  receiveLine(html) {
    return this.transcript?.receive(html);
  }

  /** @param {string} _name @param {string} _data What a subclass does with its own events. */
  receive(_name, _data) {}

  /** @param {any} _answer What a subclass does when something has been received by the service. */
  received(_answer) {}

  /** @returns {Record<string, string>} What a subclass sends along with every message. */
  get extraFields() {
    return {};
  }

  /** @param {"connected" | "disconnected" | "refused"} state */
  connectionChanged(state) {
    const sentences = {
      connected: this.calmStatus,
      disconnected: "Ingen förbindelse just nu. Vi försöker igen.",
      refused: "Sidan får inga nya meddelanden längre. Ladda om den.",
    };
    this.showStatus(sentences[state]);
  }

  /** @param {string} sentence */
  showStatus(sentence) {
    // Setting the same text again would be read aloud again.
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.hidden = !sentence;
  }

  #connectComposer() {
    const form = this.querySelector("[data-composer]");
    if (!(form instanceof HTMLFormElement)) return;
    this.field = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
    const field = this.field;
    this.fault = find(form, "[data-error]");
    this.outbox = new Outbox(form.action, this.memory);
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
      if (!text.trim()) return this.showFault("Skriv något först, sedan kan du skicka.");
      lastSentAt = Date.now();
      field.value = "";
      this.memory.write("draft", "");
      this.hideFault();
      field.focus();
      this.send({ client_id: newClientId(), text, ...this.extraFields });
    });
    for (const letter of this.outbox.unsent) this.#showFailed(letter);
  }

  /** @param {import("./outbox.js").Letter} letter */
  async send(letter) {
    const line = this.transcript.showPending(letter.client_id, letter.text);
    try {
      const answer = await this.outbox?.send(letter);
      this.receiveLine(answer.html);
      this.received(answer);
    } catch (error) {
      if (error instanceof RefusedError) this.#takeBack(letter, line, error.message);
      else this.#showFailed(letter);
    }
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

  /** The text goes back to where it can be mended. @param {import("./outbox.js").Letter} letter @param {HTMLElement} line @param {string} reason */
  #takeBack(letter, line, reason) {
    line.remove();
    if (this.field && !letter.choice) {
      this.field.value = [letter.text, this.field.value].filter(Boolean).join("\n");
      this.memory?.write("draft", this.field.value);
    }
    this.showFault(reason);
  }

  /** @param {import("./outbox.js").Letter} letter */
  #showFailed(letter) {
    const line = this.transcript.showPending(letter.client_id, letter.text);
    line.classList.add("message--failed");
    const note = document.createElement("p");
    note.className = "message__failure";
    note.textContent = "Kunde inte skickas.";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button";
    again.textContent = "Försök igen";
    again.addEventListener("click", () => {
      this.field?.focus();
      this.send(letter);
    });
    line.append(note, again);
    this.transcript.toEnd();
    this.showStatus("Meddelandet kunde inte skickas. Det finns kvar här, och du kan försöka igen.");
  }
}
