// @ts-check

/** How much there is to do, beside the link that leads there. Without an answer there is no number. */
class TaskCount extends HTMLElement {
  async connectedCallback() {
    try {
      const response = await fetch(this.dataset.address ?? "", { headers: { accept: "application/json" } });
      if (!response.ok) return;
      const { count } = await response.json();
      if (!count) return;
      const words = document.createElement("span");
      words.className = "visually-hidden";
      words.textContent = count === 1 ? " sak" : " saker";
      this.replaceChildren(String(count), words);
    } catch {
      // The connection is away; the page says so where it matters.
    }
  }
}

customElements.define("task-count", TaskCount);
