// @ts-check

const TICK_MS = 30000;

/** Counts on from what the server wrote, in the same words (web/wording.py, `waited`). */
class WaitingTime extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.#tick(), TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  #tick() {
    const minutes = Math.floor((Date.now() - Date.parse(this.getAttribute("datetime") ?? "")) / 60000);
    const hours = Math.floor(minutes / 60);
    if (minutes < 1) this.textContent = "mindre än 1 min";
    else if (hours < 1) this.textContent = `${minutes} min`;
    else if (hours < 24) this.textContent = `${hours} tim ${minutes % 60} min`;
    else this.textContent = `${Math.floor(hours / 24)} d ${hours % 24} tim`;
  }
}

customElements.define("waiting-time", WaitingTime);
