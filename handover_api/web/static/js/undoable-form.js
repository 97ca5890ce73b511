// @ts-check

import { find } from "./transcript.js";

const SECONDS = 6;
const SECOND_MS = 1000;

/** The deed that is about to be done. There is one at a time: whoever chooses another has changed their mind. */
let /** @type {UndoableForm | undefined} */ waiting;

/**
 * Around a form whose deed cannot be undone once it is done. It is therefore done some seconds later, unless somebody thinks better
 * of it; and at once when the page is left, or when a field that the server would ask for is empty. Without a script it is the form
 * itself.
 */
class UndoableForm extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  /** @type {HTMLElement | undefined} */
  #bar;
  #secondsLeft = 0;

  connectedCallback() {
    this.addEventListener("submit", (event) => this.#submitted(event));
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (find(this, "form"));
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    const filled = new FormData(this.#form);
    const needed = (this.dataset.needs ?? "").split(" ").filter(Boolean);
    if (event.defaultPrevented || needed.some((name) => !String(filled.get(name) ?? "").trim())) return;
    event.preventDefault();
    if (waiting !== this) waiting?.undo();
    else this.#hide();
    waiting = this;
    this.#secondsLeft = SECONDS;
    this.#show();
    this.#clock = setInterval(() => this.#count(), SECOND_MS);
  }

  #show() {
    const template = /** @type {HTMLTemplateElement} */ (find(document, "#angra"));
    const bar = (this.#bar = /** @type {HTMLElement} */ (find(template.content, "[data-undo-bar]").cloneNode(true)));
    find(bar, "[data-undo]").addEventListener("click", () => {
      this.undo();
      this.#button.focus();
    });
    find(bar, "[data-do-now]").addEventListener("click", () => this.#do());
    bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      find(bar, "[data-undo]").click();
    });
    document.body.append(bar);
    find(bar, "[data-undo]").focus();
    // What is put into a region that is there already is read aloud. The seconds that pass are only seen.
    requestAnimationFrame(() => this.#tell(`${this.dataset.deed} om ${SECONDS} sekunder. Du kan ångra.`));
    this.#showSeconds();
  }

  get #button() {
    return find(this, "button:not([type=button])");
  }

  #count() {
    this.#secondsLeft -= 1;
    if (this.#secondsLeft > 0) this.#showSeconds();
    else this.#do();
  }

  #showSeconds() {
    if (!this.#bar) return;
    const unit = this.#secondsLeft === 1 ? "sekund" : "sekunder";
    find(this.#bar, "[data-undo-seconds]").textContent = `${this.dataset.deed} om ${this.#secondsLeft} ${unit}`;
  }

  /** @param {string} sentence */
  #tell(sentence) {
    if (this.#bar) find(this.#bar, "[data-undo-told]").textContent = sentence;
  }

  /** It waits for the agent, because the case is not what it was when the button was pressed. @param {string} why */
  stop(why) {
    if (!this.#bar) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
    const sentence = `${why} Du har kvar ärendet tills du väljer.`;
    this.#tell(sentence);
    find(this.#bar, "[data-undo-seconds]").textContent = sentence;
  }

  undo() {
    this.#hide();
    if (waiting === this) waiting = undefined;
  }

  #hide() {
    clearInterval(this.#clock);
    this.#clock = undefined;
    this.#bar?.remove();
    this.#bar = undefined;
  }

  #do() {
    this.undo();
    this.#form.submit();
  }

  get isCounting() {
    return this.#clock !== undefined;
  }

  /** The page is being left: what has not been undone or stopped by now is meant. */
  async doBehind() {
    if (!this.isCounting) return;
    const form = this.#form;
    this.undo();
    const fields = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
    await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), keepalive: true }).catch(() => {});
  }
}

customElements.define("undoable-form", UndoableForm);

// Another form comes after the deed, or signing out could be done before it.
addEventListener("submit", async (event) => {
  if (event.defaultPrevented || !waiting?.isCounting) return;
  event.preventDefault();
  await waiting.doBehind();
  /** @type {HTMLFormElement} */ (event.target).requestSubmit(event.submitter);
});
// By a link the page is left at once. Not every browser tells of the first.
addEventListener("beforeunload", () => waiting?.doBehind());
addEventListener("pagehide", () => waiting?.doBehind());
// A page that the browser has kept shows what was before the deed.
addEventListener("pageshow", (event) => event.persisted && location.reload());

/** @param {string} why Something has happened that the agent should see first. */
export function stopDeeds(why) {
  waiting?.stop(why);
}
