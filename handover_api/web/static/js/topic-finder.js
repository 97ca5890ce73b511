// @ts-check

/** Finds topics in a long list by words: the list keeps those that hold all of them, and one that is alone is chosen. */
class TopicFinder extends HTMLElement {
  connectedCallback() {
    this.select = /** @type {HTMLSelectElement} */ (this.querySelector("select"));
    this.told = /** @type {HTMLElement} */ (this.querySelector("[data-told]"));
    this.all = [...this.select.children].map((child) => child.cloneNode(true));
    /** @type {HTMLElement} */ (this.querySelector("[data-finder]")).hidden = false;
    const field = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    field.addEventListener("input", () => this.#find(field.value));
    // Enter in a field of a form would send the form.
    field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }

  /** @param {string} text */
  #find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = this.select.value;
    this.select.replaceChildren(...this.all.map((child) => child.cloneNode(true)));
    const topics = /** @type {HTMLOptionElement[]} */ ([...this.select.querySelectorAll("optgroup > option")]);
    const found = topics.filter((topic) => holds(topic, words));
    for (const topic of topics) if (!found.includes(topic)) topic.remove();
    for (const area of this.select.querySelectorAll("optgroup")) if (!area.children.length) area.remove();
    const alone = words.length > 0 && found.length === 1 ? found[0] : undefined;
    const kept = found.find((topic) => topic.value === chosen);
    this.select.value = (alone ?? kept)?.value ?? "";
    this.told.textContent = words.length ? count(found.length) : "";
  }
}

/**
 * @param {HTMLOptionElement} topic
 * @param {string[]} words
 */
function holds(topic, words) {
  const area = /** @type {HTMLOptGroupElement} */ (topic.parentElement).label;
  const text = `${area} ${topic.label}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** @param {number} found */
function count(found) {
  if (found === 0) return "Inget ämne passar. Prova ett annat ord.";
  return found === 1 ? "Ett ämne passar och är valt." : `${found} ämnen passar. Välj i listan.`;
}

customElements.define("topic-finder", TopicFinder);
