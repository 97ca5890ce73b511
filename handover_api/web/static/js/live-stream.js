// @ts-check

const POLL_MS = 5000;
const SLOWEST_POLL_MS = 60000;
const OPENING_MS = 5000;
const REOPEN_MS = 30000;
const OUT_OF_SIGHT_MS = 30000;

/**
 * The page's one live connection: server-sent events, and polling for as long as no stream can be had. Both bring the same events,
 * and both say from which message on they want them, so nothing is missed in between. What comes twice, the receiver recognises.
 */
export class LiveStream {
  #streamUrl;
  #pollUrl;
  #names;
  #seen;
  #receive;
  #tell;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nextPoll;
  #openedAt = 0;
  #hiddenAt = 0;
  #failures = 0;

  /**
   * @param {object} options
   * @param {string} options.streamUrl
   * @param {string} options.pollUrl
   * @param {string[]} options.names The events that the page cares about.
   * @param {() => number} options.seen The last message that the page has.
   * @param {(name: string, data: string) => void} options.receive
   * @param {(state: "connected" | "disconnected" | "refused") => void} options.tell
   */
  constructor({ streamUrl, pollUrl, names, seen, receive, tell }) {
    this.#streamUrl = streamUrl;
    this.#pollUrl = pollUrl;
    this.#names = names;
    this.#seen = seen;
    this.#receive = receive;
    this.#tell = tell;
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.#tell("disconnected"));
    document.addEventListener("visibilitychange", () => this.#sightChanged());
  }

  /** Opens the stream, or opens it anew if it was open. */
  open() {
    this.close();
    this.#openedAt = Date.now();
    const source = new EventSource(`${this.#streamUrl}?efter=${this.#seen()}`);
    this.#source = source;
    for (const name of this.#names) {
      source.addEventListener(name, (event) => this.#receive(name, event.data));
    }
    source.addEventListener("signed_out", () => this.#refused());
    source.onopen = () => {
      this.#stopPolling();
      this.#failures = 0;
      this.#tell("connected");
    };
    // A browser that was refused has given up; one that was cut off tries again by itself, mostly before the first poll.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.#pollIn(0);
      else if (this.#nextPoll === undefined) this.#pollIn(OPENING_MS);
    };
    this.#pollIn(OPENING_MS);
  }

  close() {
    this.#source?.close();
    this.#source = undefined;
    this.#stopPolling();
  }

  // A page that is out of sight may be frozen, and its stream is then dead without anybody having told the page.
  #sightChanged() {
    if (document.hidden) this.#hiddenAt = Date.now();
    else if (this.#source && Date.now() - this.#hiddenAt > OUT_OF_SIGHT_MS) this.open();
  }

  /** @param {number} milliseconds */
  #pollIn(milliseconds) {
    clearTimeout(this.#nextPoll);
    this.#nextPoll = setTimeout(() => this.#poll(), milliseconds);
  }

  #stopPolling() {
    clearTimeout(this.#nextPoll);
    this.#nextPoll = undefined;
  }

  #refused() {
    this.close();
    this.#tell("refused");
  }

  async #poll() {
    const startedAt = Date.now();
    if (!document.hidden) {
      try {
        const response = await fetch(`${this.#pollUrl}?efter=${this.#seen()}`, { headers: { Accept: "application/json" } });
        if (response.status === 401 || response.status === 404) return this.#refused();
        if (!response.ok) throw new Error(`status ${response.status}`);
        for (const { event, data } of (await response.json()).events) this.#receive(event, data);
        this.#failures = 0;
        this.#tell("connected");
      } catch {
        this.#failures += 1;
        this.#tell("disconnected");
      }
    }
    if (!this.#source) return;
    if (this.#source.readyState === EventSource.OPEN) return this.#stopPolling();
    if (this.#source.readyState === EventSource.CLOSED && Date.now() - this.#openedAt > REOPEN_MS && !this.#failures) {
      return this.open();
    }
    // A service that answers slowly is asked more seldom, and not by everybody at the same moment.
    const pause = Math.max(POLL_MS * 2 ** Math.min(this.#failures, 4), (Date.now() - startedAt) * 4);
    this.#pollIn(Math.min(pause, SLOWEST_POLL_MS) * (0.8 + Math.random() * 0.4));
  }
}
