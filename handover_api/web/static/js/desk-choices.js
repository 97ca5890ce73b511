// @ts-check

import { showNotification } from "./desk-notices.js";
import { playTone } from "./tone.js";
import { find } from "./transcript.js";

const REFUSED =
  "Webbläsaren säger nej till aviseringar från den här sidan. Tillåt dem i webbläsarens inställningar för sidan och prova igen.";
const WORDS = {
  granted: "Webbläsaren tillåter aviseringar.",
  denied: REFUSED,
  default: "Webbläsaren har inte fått svara på om aviseringar får visas. Tryck på Prova aviseringen.",
  unsupported: "Den här webbläsaren kan inte visa aviseringar.",
};

/** The choices of sound and notifications: they can be tried, and the browser is asked when one is chosen. */
class DeskChoices extends HTMLElement {
  connectedCallback() {
    for (const element of this.querySelectorAll("[data-with-script]")) element.toggleAttribute("hidden", false);
    find(this, "[data-try-sound]").addEventListener("click", () => this.#trySound());
    find(this, "[data-try-notification]").addEventListener("click", () => this.#tryNotification());
    this.addEventListener("change", (event) => {
      const chosen = event.target;
      if (chosen instanceof HTMLInputElement && chosen.name === "aviseringar" && chosen.value !== "off") this.#ask();
    });
    const hasChosen = document.body.dataset.notify !== "off";
    if (hasChosen && permission() !== "granted") this.#say("notification", WORDS[permission()]);
  }

  async #trySound() {
    const isPlayed = await playTone();
    this.#say("sound", isPlayed ? "Ljudet spelas. Hör du inget är datorns ljud avstängt." : "Webbläsaren spelar inget ljud på den här sidan.");
  }

  async #tryNotification() {
    await this.#ask();
    if (permission() !== "granted") return;
    const isShown = showNotification({ key: "test", text: "Så här ser en avisering ut", path: "" });
    this.#say("notification", isShown ? "Aviseringen visas. Ser du inget är datorns aviseringar avstängda." : WORDS.unsupported);
  }

  async #ask() {
    if (permission() === "default") await Notification.requestPermission();
    this.#say("notification", WORDS[permission()]);
  }

  /** @param {"sound" | "notification"} about @param {string} sentence */
  #say(about, sentence) {
    find(this, `[data-told-of-${about}]`).textContent = sentence;
  }
}

/** @returns {keyof typeof WORDS} */
function permission() {
  return "Notification" in window ? Notification.permission : "unsupported";
}

customElements.define("desk-choices", DeskChoices);
