// @ts-check

import { answersUsed, useAnswersAgain } from "./answer-search.js";
import "./case-checklist.js";
import { PRESENCE_EVENTS, receivePresence } from "./desk-presence.js";
import { LiveConversation } from "./live-conversation.js";
import { find } from "./transcript.js";
import { stopDeeds } from "./undoable-form.js";
import "./waiting-time.js";

/** A case on the desk. What others do to it is told at once, but nothing that the agent is using is changed under their hands. */
class CaseConversation extends LiveConversation {
  get eventNames() {
    return ["case", ...PRESENCE_EVENTS];
  }

  get extraFields() {
    return answersUsed(this);
  }

  /** @param {import("./outbox.js").Letter} letter */
  takenBack(letter) {
    useAnswersAgain(this, letter.used ?? "");
  }

  /** @param {string} html */
  receiveLine(html) {
    const line = super.receiveLine(html);
    if (line?.matches(".message--resident")) stopDeeds("Invånaren har just skrivit något.");
    return line;
  }

  /** @param {string} name @param {string} html */
  receive(name, html) {
    if (receivePresence(name, html)) return;
    const place = find(this, "[data-case-state]");
    const template = document.createElement("template");
    template.innerHTML = html;
    const state = find(template.content, "[data-value]");
    if (state.dataset.value === find(place, "[data-value]").dataset.value) return;
    place.replaceChildren(state);
    stopDeeds("Ärendet har ändrats.");
    find(this, "[data-changed]").hidden = false;
  }
}

customElements.define("case-conversation", CaseConversation);
