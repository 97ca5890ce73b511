// @ts-check

/** Closes itself on Escape, before that closes the whole chat, and when something beside it is pressed. @param {HTMLDetailsElement} menu */
export function giveWay(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}
