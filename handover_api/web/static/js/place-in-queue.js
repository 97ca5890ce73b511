// @ts-check

const LEAST_PAUSE_MS = 30000;

/** The place in the queue may change every moment. It is said to a screen reader when it has become better, and not all the time. */
export class PlaceInQueue {
  #say;
  #saidPlace = 0;
  #saidAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;

  /** @param {(sentence: string) => void} say */
  constructor(say) {
    this.#say = say;
  }

  /** @param {number | null} place What has just been said, or stood on the page from the beginning; null for no place. */
  begin(place) {
    clearTimeout(this.#next);
    this.#saidPlace = place ?? 0;
    this.#saidAt = Date.now();
  }

  /** @param {number} place @param {string} sentence The latest sentence is said, once its time has come. */
  change(place, sentence) {
    clearTimeout(this.#next);
    if (!this.#saidPlace) return this.begin(place);
    if (place >= this.#saidPlace) return;
    const pause = Math.max(0, this.#saidAt + LEAST_PAUSE_MS - Date.now());
    this.#next = setTimeout(() => {
      this.begin(place);
      this.#say(sentence);
    }, pause);
  }
}
