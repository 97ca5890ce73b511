// @ts-check

import { LiveConversation } from "./live-conversation.js";
import { find } from "./transcript.js";
import "./waiting-time.js";

/** A case on the desk. What others do to it is told at once, but nothing that the agent is using is changed under their hands. */
class CaseConversation extends LiveConversation {
  get eventNames() {
    return ["case"];
  }

  /** @param {string} _name @param {string} html */
  receive(_name, html) {
    const place = find(this, "[data-case-state]");
    const template = document.createElement("template");
    template.innerHTML = html;
    const state = find(template.content, "[data-value]");
    if (state.dataset.value === find(place, "[data-value]").dataset.value) return;
    place.replaceChildren(state);
    find(this, "[data-changed]").hidden = false;
  }
}

customElements.define("case-conversation", CaseConversation);
