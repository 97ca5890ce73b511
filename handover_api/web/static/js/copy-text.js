// @ts-check

/** Text to copy, with a button that does it. Without the script, people mark and copy it themselves. */
class CopyText extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    const button = this.querySelector("[data-copy]");
    const told = this.querySelector("[data-told]");
    if (!field || !told || !(button instanceof HTMLElement)) throw new Error("<copy-text> needs a text, a button and a place to tell");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        told.textContent = this.dataset.copied ?? "";
      } catch {
        // Only pages over https may copy by themselves.
        field.focus();
        field.select();
        told.textContent = this.dataset.failed ?? "";
      }
    });
  }
}

customElements.define("copy-text", CopyText);
