// @ts-check

/*
 * Version 1 of the launcher, loaded by other sites:
 *
 *   <chat-launcher data-frame-title="Chatt med kommunen" data-telephone="0123-45 67 89" data-hours="vardagar klockan 8–16">
 *     <a href="https://chatt.example/chatt?webbplats=kommunen">Chatta med oss</a></chat-launcher>
 *
 * Without this script the link leads to the chat. With it, the link becomes a button that opens the chat in a frame, so that nothing on
 * the surrounding site can read what people write. The looks live in a shadow tree: the two sites' styles do not meet.
 * Everything that it can be told, and what it says to the frame, stands in docs/embedding.md.
 */

const SILENT_AFTER_MS = 8000;
const MEMORY = "chat-launcher";
// Where the chat covers the whole page.
const COVERS_ALL = "(max-width: 34rem), (max-height: 30rem)";

const WORDS = {
  sv: {
    close: "Stäng chatten",
    silent: "Chatten svarar inte. Kontrollera att du har internet, eller försök igen om en stund.",
    call: "Du kan också ringa",
    alone: "Öppna chatten i ett eget fönster",
    one: "1 nytt meddelande",
    many: "nya meddelanden",
  },
  en: {
    close: "Close the chat",
    silent: "The chat is not answering. Check that you are online, or try again in a while.",
    call: "You can also call",
    alone: "Open the chat in a window of its own",
    one: "1 new message",
    many: "new messages",
  },
};

const STYLE = `
  :host { --brand: var(--chat-brand, #0f5257); --brand-ink: var(--chat-brand-ink, #fff); }
  button { font: 600 1.0625rem/1.3 system-ui, sans-serif; min-block-size: 3.25rem; padding: .75rem 1.5rem; border: 2px solid var(--brand-ink);
    border-radius: 2rem; background: var(--brand); color: var(--brand-ink); cursor: pointer;
    box-shadow: 0 .25rem 1rem rgb(0 0 0 / .3); }
  button:hover { text-decoration: underline; }
  button:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
  .launcher { position: fixed; inset-block-end: 1.25rem; inset-inline-end: 1.25rem; z-index: 2147483000; }
  .launcher[aria-expanded=true] { visibility: hidden; }
  .panel { position: fixed; z-index: 2147483001; inset-block-end: 1.25rem; inset-inline-end: 1.25rem; inline-size: 26rem;
    block-size: min(44rem, 100dvh - 2.5rem); background: var(--brand); border: 1px solid #6b7a7d; border-radius: 1rem; overflow: hidden;
    box-shadow: 0 .5rem 2.5rem rgb(0 0 0 / .35); }
  [hidden] { display: none !important; }
  .panel:not([hidden]) { display: flex; flex-direction: column; }
  .close { align-self: flex-end; min-block-size: 2.75rem; padding: .25rem 1rem; margin: .375rem .375rem 0; border-color: transparent; box-shadow: none; }
  .close:focus-visible { outline-color: var(--brand-ink); outline-offset: -3px; }
  .silent { flex: none; max-block-size: 60%; overflow-y: auto; padding: .5rem 1rem 1rem; background: var(--brand); color: var(--brand-ink); font: 1rem/1.5 system-ui, sans-serif; }
  .silent p { margin: 0 0 .5rem; }
  .silent a { color: inherit; display: inline-block; padding-block: .625rem; }
  .silent a:focus-visible { outline: 3px solid var(--brand-ink); }
  .told { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  iframe { inline-size: 100%; flex: 1; border: 0; display: block; background: #fff; }
  @media ${COVERS_ALL} {
    .panel { inset: 0; inline-size: auto; block-size: auto; border: 0; border-radius: 0; }
  }
`;

class ChatLauncher extends HTMLElement {
  #unread = 0;
  /** Whether the frame's page has answered. One that never does is not there, or may not be shown here. */
  #isReady = false;
  /** Whether a person is waited for or there, so that something may be said while the chat is closed. */
  #isLive = false;
  /** Whether somebody has opened the chat, and its page has not heard of it yet. */
  #isOpening = false;

  connectedCallback() {
    const link = this.querySelector("a");
    if (!link) throw new Error("<chat-launcher> needs a link to the chat");
    // An old browser keeps the link: a shadow tree without styles of its own would only hide it.
    if (!("replaceSync" in CSSStyleSheet.prototype)) return;
    this.chat = new URL(link.href);
    this.label = link.textContent?.trim() ?? "";
    const language = this.closest("[lang]")?.getAttribute("lang")?.startsWith("en") ? "en" : "sv";
    this.words = WORDS[language];
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    for (const name of ["brand", "brandInk"]) {
      const colour = this.dataset[name];
      if (colour) this.style.setProperty(name === "brand" ? "--chat-brand" : "--chat-brand-ink", colour);
    }

    this.button = element("button", { className: "launcher", type: "button", lang: language });
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => this.open());
    this.told = element("span", { className: "told", lang: language });
    this.told.role = "status";
    this.panel = element("div", { className: "panel", hidden: true, lang: language });
    // Beside the frame and not in it, so that there is a way back even if the chat cannot be loaded.
    const closer = element("button", { className: "close", type: "button", textContent: this.words.close });
    closer.addEventListener("click", () => this.close());
    this.silence = element("div", { className: "silent", hidden: true });
    this.silence.role = "status";
    this.panel.append(closer, this.silence);
    root.replaceChildren(this.button, this.told, this.panel);
    this.#showUnread();

    this.listening = new AbortController();
    const { signal } = this.listening;
    addEventListener("message", (event) => this.#hear(event), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });

    // On the site's next page the chat is as it was left, but it takes no focus, and never covers a page that was asked for.
    const left = remembered();
    if (left === "open" && !matchMedia(COVERS_ALL).matches) this.#show();
    else if (left) this.#load();
  }

  disconnectedCallback() {
    this.listening?.abort();
    clearTimeout(this.patience);
  }

  open() {
    if (!this.#isReady && !this.silence?.hidden) this.#load();
    this.#show();
    this.frame?.focus();
    this.#isOpening = true;
    this.#greet();
  }

  close() {
    if (!this.button || !this.panel || this.panel.hidden) return;
    this.panel.hidden = true;
    this.#isOpening = false;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
    this.#remember();
  }

  #show() {
    if (!this.button || !this.panel) return;
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.#unread = 0;
    this.#showUnread();
    this.#remember();
    if (!this.frame) this.#load();
  }

  #load() {
    if (!this.frame) {
      this.frame = element("iframe", { title: this.dataset.frameTitle ?? "Chatt" });
      this.frame.addEventListener("load", () => this.#greet());
      this.panel?.append(this.frame);
    }
    this.frame.src = this.chat?.href ?? "";
    if (this.silence) this.silence.hidden = true;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#sayThatItIsSilent(), navigator.onLine ? SILENT_AFTER_MS : 0);
  }

  /** The frame's page learns who holds it; when somebody has just opened it, it puts the focus where one writes. */
  #greet() {
    // Only the path: what follows a "?" may be about the person.
    const greeting = { type: this.#isOpening ? "chat:opened" : "chat:host", path: location.pathname };
    this.frame?.contentWindow?.postMessage(greeting, this.chat?.origin ?? "");
  }

  #sayThatItIsSilent() {
    const { words, silence, chat } = this;
    if (this.#isReady || !words || !silence || !chat) return;
    const { telephone, hours } = this.dataset;
    const call = element("a", { href: `tel:${telephone?.replace(/[^+\d]/g, "")}`, textContent: telephone });
    const way = element("p", {});
    if (telephone) way.append(`${words.call} `, call, hours ? `, ${hours}.` : ".");
    const alone = element("a", { href: chat.href, target: "_blank", rel: "noopener", textContent: words.alone });
    silence.replaceChildren(element("p", { textContent: words.silent }), way, alone);
    silence.hidden = false;
  }

  /** @param {MessageEvent} event */
  #hear(event) {
    if (event.origin !== this.chat?.origin || event.source !== this.frame?.contentWindow) return;
    const { type, isLive } = event.data ?? {};
    if (type === "chat:close") this.close();
    if (type === "chat:ready") {
      this.#isReady = true;
      this.#isOpening = false;
      if (this.silence) this.silence.hidden = true;
      // Only the conversation's own page knows; the pages beside it do not say.
      this.#isLive = isLive ?? this.#isLive;
      this.#remember();
    }
    if (type === "chat:message" && this.panel?.hidden) {
      this.#unread += 1;
      this.#showUnread();
    }
  }

  #showUnread() {
    const { words, button, told } = this;
    if (!words || !button || !told) return;
    const news = this.#unread > 1 ? `${this.#unread} ${words.many}` : words.one;
    button.textContent = this.#unread ? `${this.label} – ${news}` : (this.label ?? "");
    told.textContent = this.#unread ? news : "";
  }

  #remember() {
    remember(!this.panel?.hidden ? "open" : this.#isLive ? "live" : "");
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 * @returns {HTMLElementTagNameMap[Name]}
 */
function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** How the chat was left in this tab; nothing where the browser forbids sites to remember. */
function remembered() {
  try {
    return sessionStorage.getItem(MEMORY);
  } catch {
    return "";
  }
}

/** @param {string} state An empty one is forgotten. */
function remember(state) {
  try {
    if (state) sessionStorage.setItem(MEMORY, state);
    else sessionStorage.removeItem(MEMORY);
  } catch {
    // See above.
  }
}

customElements.define("chat-launcher", ChatLauncher);
