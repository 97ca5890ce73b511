// @ts-check

/** What is read, however it is laid out. @param {Element} part */
const words = (part) => (part.textContent ?? "").replace(/\s+/g, " ").trim();

/**
 * Shows what everybody is told. A part that says the same stays untouched, so that an alert is read aloud once.
 *
 * @param {ParentNode} page @param {string} html Made by the server.
 */
export function showNotices(page, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const wanted = template.content.querySelectorAll("[data-notice]");
  page.querySelectorAll("[data-notices] [data-notice]").forEach((shown, index) => {
    if (words(shown) !== words(wanted[index])) shown.replaceChildren(...wanted[index].childNodes);
  });
}
