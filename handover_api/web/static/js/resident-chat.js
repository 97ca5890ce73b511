// @ts-check

import "./answer-feedback.js";
import { giveWay } from "./giving-way.js";
import { HostPage } from "./host-page.js";
import { LiveConversation } from "./live-conversation.js";
import { showNotices } from "./notices.js";
import { newClientId, post, RefusedError } from "./outbox.js";
import { PlaceInQueue } from "./place-in-queue.js";
import "./request-form.js";
import { find, showText } from "./transcript.js";

const SLOW_ANSWER_MS = 1500;
const QUIET_MS = 1000;

/** The resident's chat, on a page of its own or in a frame that launcher/1.js has made on another site. */
class ResidentChat extends LiveConversation {
  #host = new HostPage({ opened: () => this.field?.focus(), standing: () => this.#standing });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #slowAnswer;
  /** @type {string | undefined} */
  #shownAnswer;
  /** The resident's other tabs with the chat, which have the same conversation as long as the browser has it. */
  #tabs = new BroadcastChannel("chatt");
  #wasConnected = false;
  #place = new PlaceInQueue((sentence) => this.transcript?.say(sentence));
  #calmOwnWords = "";

  get eventNames() {
    return ["status", "notices"];
  }

  connectedCallback() {
    this.#calmOwnWords = this.#ownWords?.textContent ?? "";
    super.connectedCallback();
    this.addEventListener("submit", (event) => this.#submitted(event));
    this.addEventListener("request:answered", (event) => this.#answered(/** @type {CustomEvent} */ (event).detail));
    giveWay(/** @type {HTMLDetailsElement} */ (find(this, "details.menu")));
    // A browser that kept the page as it was would show a conversation that has been ended since.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.#tabs.onmessage = ({ data }) => this.#hearTab(data);
  }

  get extraFields() {
    const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (find(this, `[name=${name}]`)).value;
    return { start: value("start"), came_from: this.#host.address || value("came_from") };
  }

  /** @param {string} name @param {string} data */
  receive(name, data) {
    if (name === "notices") return showNotices(this, data);
    const status = JSON.parse(data);
    const isWaiting = status.state === "waiting";
    if (isWaiting && this.dataset.state === "waiting") {
      this.#showQuietly(status.text);
      this.#place.change(status.queue_position, status.text);
    } else {
      this.showStatus(status.text);
      this.#place.begin(status.queue_position);
    }
    this.dataset.state = status.state;
    this.#host.tell("chat:ready", this.#standing);
    this.calmStatus = status.text;
    this.#calmOwnWords = status.own_words;
    this.#showOwnWords(status.own_words);
    this.showRead(status.read_by_staff);
    this.#renewAnswerPanel(status);
    this.#hide("form[data-person]", isWaiting || status.state === "with_agent");
    this.#hide("[data-while-waiting]", !isWaiting);
    this.#hide("[data-own-case]", !status.case_reference);
    if (!isWaiting) for (const open of this.querySelectorAll("details[data-while-waiting]")) open.removeAttribute("open");
  }

  /** @param {string} sentence For the eye alone: each change of the place would otherwise be read aloud. */
  #showQuietly(sentence) {
    const region = this.status.closest("[role=status]");
    region?.setAttribute("aria-live", "off");
    this.showStatus(sentence);
    setTimeout(() => region?.removeAttribute("aria-live"), QUIET_MS);
  }

  /** @param {string} selector @param {boolean} isHidden */
  #hide(selector, isHidden) {
    for (const element of this.querySelectorAll(selector)) {
      // A button that disappears leaves its focus to the text field.
      if (isHidden && element.contains(document.activeElement)) this.field?.focus();
      element.toggleAttribute("hidden", isHidden);
    }
  }

  /** @param {string} selector A form that is done with, and what was written in it. */
  #takeAway(selector) {
    this.#hide(selector, true);
    this.querySelector(selector)?.remove();
  }

  /** @param {any} status What says how the answer comes is made by the server, and fetched when that has changed. */
  async #renewAnswerPanel(status) {
    const panel = find(this, "[data-answer-panel]");
    const shown = [status.state, status.due_at, status.contact_channel, status.can_leave_contact, JSON.stringify(status.case)].join();
    if (shown === this.#shownAnswer) return;
    const isWanted = status.state === "asynchronous" || status.can_leave_contact;
    const cameWithPage = this.#shownAnswer === undefined && isWanted === Boolean(panel.firstElementChild);
    this.#shownAnswer = shown;
    // Whoever is filling in the form goes on with that.
    if (cameWithPage || panel.querySelector("details[open]")) return;
    const response = await fetch(panel.dataset.address ?? "").catch(() => undefined);
    if (!response?.ok) return;
    panel.innerHTML = await response.text();
    this.transcript?.follow();
  }

  /** @param {string} html */
  receiveLine(html) {
    const line = super.receiveLine(html);
    // What has been answered, here or in another tab, is not asked any more.
    if (line?.dataset.answers) this.#takeAway(`#m${line.dataset.answers} request-form`);
    if (line && !line.hasAttribute("data-own")) {
      clearTimeout(this.#slowAnswer);
      this.showStatus(this.calmStatus);
      this.#host.tell("chat:message");
    }
    return line;
  }

  /** @param {{ html: string, said: string }} answer To what an agent has asked for by a form. */
  #answered(answer) {
    this.receiveLine(answer.html);
    this.transcript?.say(answer.said);
  }

  /** @param {{ conversation: string, is_for_bot?: boolean }} answer */
  received(answer) {
    const isNew = this.dataset.conversation !== answer.conversation;
    if (isNew) this.#tabs.postMessage(answer.conversation);
    if (!this.dataset.conversation) {
      this.#begin(answer.conversation);
    } else if (isNew) {
      // The old conversation was closed, or ended in another tab; the page shows the new one from its beginning.
      this.memory?.write("focus", "text");
      return location.reload();
    }
    if (this.dataset.state === "with_bot" || answer.is_for_bot) {
      clearTimeout(this.#slowAnswer);
      this.#slowAnswer = setTimeout(() => this.showStatus(this.words("slow")), SLOW_ANSWER_MS);
    }
  }

  /** @param {string} conversation */
  #begin(conversation) {
    this.dataset.conversation = conversation;
    find(this, "[data-end]").hidden = false;
    this.stream?.open();
  }

  /** @param {string} news The conversation that another tab has got, or that it has ended (js/ended-conversation.js). */
  #hearTab(news) {
    if (news === this.dataset.conversation) return;
    if (news !== "ended") {
      if (this.dataset.conversation) location.reload();
      else this.#begin(news);
    } else if (this.dataset.conversation) {
      this.memory?.clear();
      location.replace("/chatt/avslutat");
    }
  }

  /** @param {import("./live-stream.js").ConnectionState} state */
  connectionChanged(state) {
    // What could be read here a moment ago has been ended, or changed for another, in another tab.
    if (state === "replaced" || (state === "refused" && this.#wasConnected)) return location.reload();
    this.#wasConnected ||= state === "connected";
    super.connectionChanged(state);
    const isLost = state === "disconnected";
    this.#showOwnWords(isLost ? this.#ownWords?.dataset.noConnection : this.#calmOwnWords);
    if (state !== "refused") return;
    const link = document.createElement("a");
    link.href = location.pathname;
    link.target = "_blank";
    link.textContent = this.words("own-window");
    this.status.replaceChildren(`${this.words("no-access")} `, link);
  }

  /** @returns {HTMLElement | null} The status in a language that the rest of the page is not in, if one is chosen. */
  get #ownWords() {
    return this.querySelector("[data-own-words]");
  }

  /** @param {string} [sentence] */
  #showOwnWords(sentence = "") {
    const shown = this.#ownWords;
    if (shown) showText(shown, sentence);
  }

  /** @param {SubmitEvent} event Choices, the way to a person, and ending; the composer looks after itself. */
  #submitted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.matches("[data-choice]")) {
      event.preventDefault();
      const choice = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
      this.#closeChoices();
      this.field?.focus();
      this.send({ ...choice, text: choice.text, client_id: newClientId(), ...this.extraFields });
    } else if (form.matches("[data-person], [data-leave]")) {
      event.preventDefault();
      this.#step(form.action);
    } else if (form.matches("[data-end-form]")) {
      this.memory?.clear();
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

  /** @param {string} url Into the queue, or out of it. */
  async #step(url) {
    try {
      this.received(await post(url, this.extraFields));
    } catch (error) {
      const isRefused = error instanceof RefusedError;
      this.showStatus(isRefused ? error.message : this.words("unreachable"));
    }
  }

  /** Whether something may be said while the launcher has the chat closed. */
  get #standing() {
    return { isLive: ["waiting", "with_agent"].includes(this.dataset.state ?? "") };
  }
}

customElements.define("resident-chat", ResidentChat);
