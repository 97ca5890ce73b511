// @ts-check

const NEAR_END_PX = 60;
const ANNOUNCEMENT_MS = 1000;

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement} */
export function find(root, selector) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`The page lacks ${selector}`);
  return element;
}

/** @param {Element} place @param {string} text */
export function showText(place, text) {
  // Setting the same text again would be read aloud again.
  if (place.textContent !== text) place.textContent = text;
}

/**
 * The lines of a conversation: puts new ones in their place, follows the end if the reader is there, and tells a screen reader what
 * others write. Focus never moves because a message arrives.
 */
export class Transcript {
  #region;
  #list;
  #more;
  #announcer;
  /** Whether the reader is at the end, and so wants to stay there. */
  #follows = true;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#region = find(root, "[data-transcript]");
    this.#list = find(root, "[data-messages]");
    this.#more = find(root, "[data-new-messages]");
    this.#announcer = find(root, "[data-announcer]");
    this.#more.addEventListener("click", () => {
      this.#region.focus();
      this.toEnd();
    });
    // Caught on its way down, because scrolling does not bubble and either the region or the page may be what scrolls.
    document.addEventListener("scroll", () => this.#scrolled(), { passive: true, capture: true });
    // A keyboard that comes up on the screen takes room from the conversation.
    addEventListener("resize", () => this.follow());
  }

  /** The number of the last message that the page has. */
  get seen() {
    const numbers = [...this.#list.querySelectorAll("[data-seq]")].map((line) => Number(line.getAttribute("data-seq")));
    return Math.max(0, ...numbers);
  }

  /** @param {string} html One line, made by the server. @returns {HTMLElement | undefined} The line, if it is new. */
  receive(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const line = /** @type {HTMLElement} */ (template.content.firstElementChild);
    // The server has it now: what the page showed in the meantime goes.
    if (line.dataset.clientId) this.#findPending(line.dataset.clientId)?.remove();
    if (document.getElementById(line.id)) return;
    const isOwn = line.hasAttribute("data-own");
    this.#list.insertBefore(line, this.#placeFor(Number(line.dataset.seq)));
    if (isOwn) {
      this.toEnd();
    } else {
      this.#announce(line);
      if (this.#follows) this.#show(line);
      else this.#more.hidden = false;
    }
    return line;
  }

  /** @param {string} clientId @param {string} text @returns {HTMLElement} A line for what is being sent. */
  showPending(clientId, text) {
    const line = this.#findPending(clientId) ?? document.createElement("li");
    line.className = "message message--own message--pending";
    line.dataset.pending = clientId;
    const body = document.createElement("p");
    body.className = "message__text";
    body.dir = "auto";
    body.textContent = text;
    line.replaceChildren(body);
    if (!line.isConnected) this.#list.append(line);
    this.toEnd();
    return line;
  }

  /** @param {string} clientId @returns {boolean} Whether the server's line of what was written is here, or was in the talk before. */
  has(clientId) {
    return Boolean(this.#region.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`));
  }

  /** @param {string} clientId @returns {boolean} Whether the page says already that it could not be sent. */
  isFailed(clientId) {
    return Boolean(this.#findPending(clientId)?.matches(".message--failed"));
  }

  /** @param {string} clientId @returns {HTMLElement | null} */
  #findPending(clientId) {
    return this.#list.querySelector(`[data-pending="${CSS.escape(clientId)}"]`);
  }

  /** Whether the last line is where somebody would read it. A page in a closed frame has no height. */
  get isRead() {
    return this.#follows && this.#region.offsetHeight > 0;
  }

  /** Something has grown: a reader at the end stays there. */
  follow() {
    if (this.#follows) this.toEnd();
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#scrolled();
  }

  #scrolled() {
    const wasAway = !this.#follows;
    this.#follows = this.#isAtEnd();
    if (!this.#follows) return;
    this.#more.hidden = true;
    if (wasAway) this.#region.dispatchEvent(new Event("transcript:end", { bubbles: true }));
  }

  /** On a low screen the page scrolls and not the region. */
  get #scroller() {
    const scrolls = getComputedStyle(this.#region).overflowY !== "visible";
    return scrolls ? this.#region : /** @type {HTMLElement} */ (document.scrollingElement);
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** @param {HTMLElement} line Its end if there is room for all of it, otherwise its beginning: people read from the top. */
  #show(line) {
    if (line.offsetHeight < this.#scroller.clientHeight) this.toEnd();
    else line.scrollIntoView({ block: "start" });
  }

  /** @param {number} seq @returns {Element | null} The line that a message comes before; null for the end. */
  #placeFor(seq) {
    const isLater = (/** @type {HTMLElement} */ line) => "pending" in line.dataset || Number(line.dataset.seq) > seq;
    return /** @type {HTMLElement[]} */ ([...this.#list.children]).find(isLater) ?? null;
  }

  /** @param {HTMLElement} line */
  #announce(line) {
    const text = find(line, "[data-text]");
    const words = (text.textContent ?? "").replace(/\s+/g, " ").trim();
    this.say(`${find(line, "[data-speaker]").textContent}: ${words}`, text.lang);
  }

  /** @param {string} sentence For a screen reader. @param {string} language If it is not the page's own. */
  say(sentence, language = "") {
    const said = document.createElement("p");
    if (language) said.lang = language;
    said.textContent = sentence;
    this.#announcer.append(said);
    setTimeout(() => said.remove(), ANNOUNCEMENT_MS);
  }
}
