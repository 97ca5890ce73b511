// @ts-check

import { findNew, markKnown } from "./desk-told.js";
import { allowTone, playTone } from "./tone.js";

/** The events of the desk's stream that say what may be told (web/desk_news.py). */
export const NEWS_EVENTS = ["news_mine", "news_queue"];

// What comes together is told together. A tab in sight comes first, for it knows what the agent is looking at.
const IN_SIGHT_MS = 400;
const OUT_OF_SIGHT_MS = 1000;
const MOST_AT_ONCE = 3;
const LEVELS = { off: 0, cases: 1, all: 2 };
const NEEDED = { case: LEVELS.cases, message: LEVELS.all };

/** @typedef {{ key: string, about: "case" | "message", reference: string, text: string, path: string }} Notice */

const { sound = "off", notify = "off" } = document.body.dataset;
/** @type {Map<string, Notice[]>} What each event said last, until it has been told. */
const waiting = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
let takesCases = true;

if (sound !== "off") allowTone();

/** @param {string} name @param {string} data */
export function receiveNews(name, data) {
  if (sound === "off" && notify === "off") return;
  const news = JSON.parse(data);
  takesCases = news.takes_cases ?? takesCases;
  waiting.set(name, news.notices);
  // What is in sight is told by the page itself, before another tab could ask.
  if (!document.hidden) markKnown(news.notices.filter(isShown).map(keyOf));
  next ??= setTimeout(tellWhatIsNew, document.hidden ? OUT_OF_SIGHT_MS : IN_SIGHT_MS);
}

async function tellWhatIsNew() {
  next = undefined;
  const heard = [...waiting];
  waiting.clear();
  /** @type {Notice[]} */
  const news = [];
  for (const [name, notices] of heard) {
    const fresh = await findNew(name, notices.map(keyOf));
    news.push(...notices.filter((notice) => fresh.has(notice.key)));
  }
  const wanted = news.filter((notice) => notice.about !== "case" || takesCases).filter((notice) => document.hidden || !isShown(notice));
  // Whoever is asked to take a case need not be told that it waits.
  const asked = new Set(wanted.filter((notice) => !notice.path).map((notice) => notice.reference));
  const told = wanted.filter((notice) => !notice.path || !asked.has(notice.reference) || notice.about !== "case");
  if (told.some((notice) => isChosen(sound, notice))) playTone();
  showNotifications(told.filter((notice) => isChosen(notify, notice)));
}

/** @param {Notice[]} notices */
function showNotifications(notices) {
  if (notices.length > MOST_AT_ONCE) {
    showNotification({ key: "many", text: `${notices.length} nya händelser`, path: "/desk" });
  } else {
    for (const notice of notices) showNotification(notice);
  }
}

/**
 * Outside the page, without a word of what anybody has written. Pressing it opens what it is about.
 *
 * @param {{ key: string, text: string, path: string }} notice
 * @returns {boolean} whether the browser lets us
 */
export function showNotification({ key, text, path }) {
  if (!("Notification" in window) || Notification.permission !== "granted") return false;
  try {
    const shown = new Notification(text, { body: "Handläggarsidan", tag: key, lang: "sv" });
    shown.addEventListener("click", () => {
      shown.close();
      window.focus();
      if (path && path !== location.pathname && !hasUnsavedText()) location.assign(path);
    });
    return true;
  } catch {
    // Some browsers on telephones have the name, and not the thing.
    return false;
  }
}

/** Whether something would be lost with the page. A reply is kept by the browser. */
function hasUnsavedText() {
  return [...document.querySelectorAll("textarea")].some((field) => !field.closest("[data-composer]") && field.value !== field.defaultValue);
}

/** @param {string} level @param {Notice} notice */
function isChosen(level, notice) {
  return (LEVELS[/** @type {keyof typeof LEVELS} */ (level)] ?? 0) >= NEEDED[notice.about];
}

/** @param {Notice} notice */
function isShown(notice) {
  return location.pathname.endsWith(`/${notice.reference}`);
}

/** @param {Notice} notice */
function keyOf(notice) {
  return notice.key;
}
