// @ts-check

import { LiveConversation } from "./live-conversation.js";
import { newClientId, post, RefusedError } from "./outbox.js";
import { find } from "./transcript.js";

const SLOW_ANSWER_MS = 1500;

/** The resident's chat, on a page of its own or in a frame that launcher/1.js has made on another site. */
class ResidentChat extends LiveConversation {
  /** The page around the frame, once it has made itself known. Only sites that the frame's policy names can. */
  #host = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #slowAnswer;
  /** @type {string | undefined} */
  #shownAnswer;

  get eventNames() {
    return ["status"];
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("submit", (event) => this.#submitted(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#leaveFrame());
    if (window.parent !== window) addEventListener("message", (event) => this.#hearHost(event));
  }

  get extraFields() {
    return { start: /** @type {HTMLInputElement} */ (find(this, "[name=start]")).value };
  }

  /** @param {string} _name @param {string} data */
  receive(_name, data) {
    const status = JSON.parse(data);
    this.dataset.state = status.state;
    this.calmStatus = status.text;
    this.showStatus(status.text);
    this.#renewAnswerPanel(status);
    const hasPerson = status.state === "waiting" || status.state === "with_agent";
    for (const form of this.querySelectorAll("form[data-person]")) {
      // A button that disappears leaves its focus to the text field.
      if (hasPerson && form.contains(document.activeElement)) this.field?.focus();
      form.toggleAttribute("hidden", hasPerson);
    }
  }

  /** @param {any} status What says how the answer comes is made by the server, and fetched when that has changed. */
  async #renewAnswerPanel(status) {
    const panel = find(this, "[data-answer-panel]");
    const shown = [status.state, status.due_at, status.contact_channel, status.can_leave_contact].join();
    if (shown === this.#shownAnswer) return;
    const isWanted = status.state === "asynchronous" || status.can_leave_contact;
    const cameWithPage = this.#shownAnswer === undefined && isWanted === Boolean(panel.firstElementChild);
    this.#shownAnswer = shown;
    // Whoever is filling in the form goes on with that.
    if (cameWithPage || panel.querySelector("details[open]")) return;
    const response = await fetch(panel.dataset.address ?? "").catch(() => undefined);
    if (!response?.ok) return;
    panel.innerHTML = await response.text();
    if (panel.firstElementChild) this.transcript?.toEnd();
  }

  /** @param {string} html */
  receiveLine(html) {
    const line = super.receiveLine(html);
    if (line && !line.hasAttribute("data-own")) {
      clearTimeout(this.#slowAnswer);
      this.showStatus(this.calmStatus);
    }
    return line;
  }

  /** @param {{ conversation: string }} answer */
  received(answer) {
    if (!this.dataset.conversation) {
      this.dataset.conversation = answer.conversation;
      find(this, "[data-end]").hidden = false;
      this.stream?.open();
    } else if (this.dataset.conversation !== answer.conversation) {
      // The old conversation was closed, or ended in another tab; the page shows the new one from its beginning.
      this.memory?.write("focus", "text");
      return location.reload();
    }
    if (this.dataset.state === "with_bot") {
      clearTimeout(this.#slowAnswer);
      this.#slowAnswer = setTimeout(() => this.showStatus("Chattboten arbetar med ditt svar …"), SLOW_ANSWER_MS);
    }
  }

  /** @param {"connected" | "disconnected" | "refused"} state */
  connectionChanged(state) {
    super.connectionChanged(state);
    if (state !== "refused") return;
    const link = document.createElement("a");
    link.href = location.pathname;
    link.target = "_blank";
    link.textContent = "Öppna chatten i ett eget fönster";
    this.status.replaceChildren("Webbläsaren kommer inte åt samtalet här. ", link);
  }

  /** @param {SubmitEvent} event Choices, the way to a person, and ending; the composer looks after itself. */
  #submitted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.matches("[data-choice]")) {
      event.preventDefault();
      const choice = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
      this.#closeChoices();
      this.field?.focus();
      this.send({ client_id: newClientId(), text: choice.text, choice: choice.choice, ...this.extraFields });
    } else if (form.matches("[data-person]")) {
      event.preventDefault();
      this.#askForPerson(form.action);
    } else if (form.matches("[data-end-form]")) {
      this.memory?.write("draft", "");
      this.memory?.write("unsent", "");
    }
  }

  /** What was there to choose from stays readable, but the moment has passed. */
  #closeChoices() {
    for (const form of this.querySelectorAll("form[data-choice]")) {
      const label = document.createElement("span");
      label.className = "message__past-choice";
      label.textContent = find(form, "button").textContent;
      form.replaceWith(label);
    }
  }

  /** @param {string} url */
  async #askForPerson(url) {
    try {
      this.received(await post(url, this.extraFields));
    } catch (error) {
      const isRefused = error instanceof RefusedError;
      this.showStatus(isRefused ? error.message : "Det gick inte att nå oss just nu. Försök igen om en stund.");
    }
  }

  /** @param {MessageEvent} event */
  #hearHost(event) {
    if (event.source !== window.parent || event.data?.type !== "chat:opened") return;
    this.#host = event.origin;
    this.field?.focus();
  }

  #leaveFrame() {
    if (this.#host) window.parent.postMessage({ type: "chat:close" }, this.#host);
  }
}

customElements.define("resident-chat", ResidentChat);
