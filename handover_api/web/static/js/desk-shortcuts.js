// @ts-check

/**
 * Single keys for those who have chosen them. They work only outside fields, and only for what the page has.
 *
 * @type {[key: string, selector: string, label: string][]}
 */
const SHORTCUTS = [
  ["n", '[data-focus="nasta"]', "Ta nästa ärende"],
  ["k", '.desk-header__nav [href="/desk"]', "Till kön"],
  ["g", '.desk-header__nav [href="/desk/registrera"]', "Registrera en kontakt"],
  ["t", "[data-take]", "Ta ärendet"],
  ["r", "#text", "Svara invånaren"],
  ["s", "#sok", "Sök svar och artiklar"],
  ["i", "[data-insert]", "Infoga det första svaret"],
  ["c", '#checklista ~ * input[type="checkbox"]', "Till checklistan"],
  ["d", '.case__parts [href="#mer"]', "Till åtgärderna"],
  ["a", '.case__parts [href="#avsluta"]', "Till avslutet"],
  ["b", "[data-guess-was-right]", "Boten gissade rätt, avsluta som löst"],
  ["p", '[data-focus="narvaro"]', "Ta paus eller bli tillgänglig"],
];
const MOST_CASES = 9;
const HELP_KEY = "?";

/** @returns {[key: string, place: HTMLElement, label: string][]} What the keys do on this page just now. */
function present() {
  /** @type {[string, HTMLElement, string][]} */
  const found = [];
  for (const [key, selector, label] of SHORTCUTS) {
    const place = document.querySelector(selector);
    if (place instanceof HTMLElement) found.push([key, place, label]);
  }
  for (const [index, place] of [...document.querySelectorAll("[data-my-case]")].slice(0, MOST_CASES).entries()) {
    if (place instanceof HTMLElement) found.push([String(index + 1), place, `Mitt samtal ${index + 1}: ${(place.firstElementChild?.textContent ?? "").trim()}`]);
  }
  return found;
}

/** @param {EventTarget | null} place */
function isWrittenIn(place) {
  if (!(place instanceof HTMLElement)) return false;
  const isField = place instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(place.type);
  return isField || place.isContentEditable || ["TEXTAREA", "SELECT"].includes(place.tagName);
}

/** @param {HTMLElement} place */
function use(place) {
  if (place instanceof HTMLInputElement || place instanceof HTMLTextAreaElement) place.focus();
  else place.click();
}

function showHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "shortcuts";
  dialog.setAttribute("aria-labelledby", "snabbtangenter");
  const heading = document.createElement("h2");
  heading.id = "snabbtangenter";
  heading.textContent = "Snabbtangenter här";
  const list = document.createElement("dl");
  list.className = "shortcuts__list";
  for (const [key, , label] of [...present(), ["Esc", null, "Från svaret till samtalet, så att tangenterna gäller"], [HELP_KEY, null, "Visa den här listan"]]) {
    const term = document.createElement("dt");
    const shown = document.createElement("kbd");
    shown.textContent = String(key);
    term.append(shown);
    const meaning = document.createElement("dd");
    meaning.textContent = String(label);
    list.append(term, meaning);
  }
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = "Stäng";
  close.addEventListener("click", () => dialog.close());
  dialog.append(heading, list, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (isWrittenIn(event.target)) {
    const transcript = document.querySelector("[data-transcript]");
    if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement && transcript instanceof HTMLElement) transcript.focus();
    return;
  }
  if (event.key === HELP_KEY) {
    event.preventDefault();
    return showHelp();
  }
  const chosen = present().find(([key]) => key === event.key.toLowerCase());
  if (!chosen) return;
  // The letter itself is not to land in the field that it leads to.
  event.preventDefault();
  use(chosen[1]);
});
