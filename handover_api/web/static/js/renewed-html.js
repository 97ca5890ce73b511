// @ts-check

/** A place whose HTML the server makes anew. Focus stays where it was, and of what changes only the words marked `data-say` are said. */
export class RenewedHtml {
  #place;
  #announcer;
  #heading;
  #said;

  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} announcer
   * @param {string} heading The selector of where to go on from when what had the focus has gone with what it was for.
   */
  constructor(place, announcer, heading) {
    this.#place = place;
    this.#announcer = announcer;
    this.#heading = heading;
    this.#said = this.#words();
  }

  /** @param {string} html */
  show(html) {
    const active = document.activeElement;
    const focused = this.#place.contains(active) ? active?.getAttribute("data-key") : null;
    this.#place.innerHTML = html;
    const words = this.#words();
    if (words !== this.#said) this.#announcer.textContent = words;
    this.#said = words;
    if (!focused) return;
    const same = this.#place.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? this.#place.querySelector(this.#heading);
    if (same instanceof HTMLElement) same.focus();
  }

  #words() {
    return this.#place.querySelector("[data-say]")?.textContent?.trim() ?? "";
  }
}
