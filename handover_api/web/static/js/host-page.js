// @ts-check

/** The page around the frame that launcher/1.js has made. Only sites that the frame's policy names can be one. */
export class HostPage {
  #origin = "";
  /** The page's address without what follows a "?"; empty outside a frame, or before the launcher has made itself known. */
  address = "";

  /**
   * @param {object} handlers
   * @param {() => void} [handlers.opened] Somebody has just opened the chat, and wants to write.
   * @param {() => object} [handlers.standing] What the launcher is to know when it has made itself known.
   */
  constructor({ opened = () => {}, standing = () => ({}) } = {}) {
    if (window.parent === window) return;
    addEventListener("message", (event) => {
      const { type, path } = event.data ?? {};
      if (event.source !== window.parent || !["chat:host", "chat:opened"].includes(type)) return;
      this.#origin = event.origin;
      this.address = event.origin + (path ?? "/");
      this.tell("chat:ready", standing());
      if (type === "chat:opened") opened();
    });
    addEventListener("keydown", (event) => {
      // Also before the launcher has made itself known; that somebody pressed a key is no secret from who holds the frame.
      if (event.key === "Escape") window.parent.postMessage({ type: "chat:close" }, this.#origin || "*");
    });
  }

  /** @param {string} type @param {object} [standing] Never anything of what has been written. */
  tell(type, standing) {
    if (this.#origin) window.parent.postMessage({ type, ...standing }, this.#origin);
  }
}
