// @ts-check

const TICK_MS = 1000;

/**
 * Counts down to the moment in `datetime`, in seconds. What it shows is its own and not part of the page that the server made, so that
 * the page is not taken for another each second.
 */
class TimeLeft extends HTMLElement {
  connectedCallback() {
    this.shown = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  #tick() {
    const seconds = Math.ceil((Date.parse(this.getAttribute("datetime") ?? "") - Date.now()) / TICK_MS);
    if (this.shown) this.shown.textContent = seconds > 0 ? `${seconds} s kvar` : "Tiden är ute";
  }
}

customElements.define("time-left", TimeLeft);
