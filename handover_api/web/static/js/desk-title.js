// @ts-check

const counts = { offers: 0, waiting: 0, unread: 0 };
/** @type {string | undefined} */
let pageTitle;

/**
 * The tab's title says what an agent who looks at something else may want to come back for.
 *
 * @param {Partial<typeof counts>} news
 */
export function showInTitle(news) {
  pageTitle ??= document.title;
  Object.assign(counts, news);
  const { offers, waiting, unread } = counts;
  const offered = offers ? `(${offers}) Vill du ta ärendet? ` : "";
  const numbers = [waiting && `${waiting} väntar`, unread && `${unread} ${unread === 1 ? "oläst" : "olästa"}`].filter(Boolean).join(", ");
  const title = `${offered}${numbers && `${numbers} – `}${pageTitle}`;
  if (document.title !== title) document.title = title;
}
