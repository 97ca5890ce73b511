// @ts-check

/*
 * Version 1 of the launcher, loaded by other sites:
 *
 *   <chat-launcher data-frame-title="Chatt med kommunen"><a href="https://chatt.example/chatt">Chatta med oss</a></chat-launcher>
 *
 * Without this script the link leads to the chat. With it, the link becomes a button that opens the chat in a frame, so that nothing on
 * the surrounding site can read what people write. The looks live in a shadow tree: the two sites' styles do not meet.
 */

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
  .panel:not([hidden]) { display: flex; flex-direction: column; }
  .close { align-self: flex-end; min-block-size: 2.75rem; padding: .25rem 1rem; margin: .375rem .375rem 0; border-color: transparent; box-shadow: none; }
  .close:focus-visible { outline-color: var(--brand-ink); outline-offset: -3px; }
  iframe { inline-size: 100%; flex: 1; border: 0; display: block; background: #fff; }
  @media (max-width: 34rem), (max-height: 30rem) {
    .panel { inset: 0; inline-size: auto; block-size: auto; border: 0; border-radius: 0; }
  }
`;

class ChatLauncher extends HTMLElement {
  connectedCallback() {
    const link = this.querySelector("a");
    if (!link) throw new Error("<chat-launcher> needs a link to the chat");
    this.chat = new URL(link.href);
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];

    this.button = document.createElement("button");
    this.button.className = "launcher";
    this.button.type = "button";
    this.button.textContent = link.textContent;
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => this.open());
    this.panel = document.createElement("div");
    this.panel.className = "panel";
    this.panel.hidden = true;
    // Beside the frame and not in it, so that there is a way back even if the chat cannot be loaded.
    const closer = document.createElement("button");
    closer.className = "close";
    closer.type = "button";
    closer.textContent = "Stäng chatten";
    closer.addEventListener("click", () => this.close());
    this.panel.append(closer);
    root.replaceChildren(this.button, this.panel);

    this.listening = new AbortController();
    const { signal } = this.listening;
    addEventListener("message", (event) => this.#hear(event), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
  }

  disconnectedCallback() {
    this.listening?.abort();
  }

  open() {
    if (!this.button || !this.panel || !this.chat) return;
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    if (this.frame) return this.#greet();
    this.frame = document.createElement("iframe");
    this.frame.title = this.dataset.frameTitle ?? "Chatt";
    this.frame.addEventListener("load", () => this.#greet());
    this.frame.src = this.chat.href;
    this.panel.append(this.frame);
  }

  close() {
    if (!this.button || !this.panel || this.panel.hidden) return;
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  /** The frame's page learns who holds it, and puts the focus where one writes. */
  #greet() {
    if (!this.frame || !this.chat || this.panel?.hidden) return;
    this.frame.focus();
    this.frame.contentWindow?.postMessage({ type: "chat:opened" }, this.chat.origin);
  }

  /** @param {MessageEvent} event */
  #hear(event) {
    const isFromChat = event.origin === this.chat?.origin && event.source === this.frame?.contentWindow;
    if (isFromChat && event.data?.type === "chat:close") this.close();
  }
}

customElements.define("chat-launcher", ChatLauncher);
