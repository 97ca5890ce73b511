// @ts-check

const POLL_MS = 5000;
const SLOWEST_POLL_MS = 60000;
const OPENING_MS = 5000;
const REOPEN_MS = 30000;
// The stream gives a sign of life every 15 seconds. One that has been silent for longer than this is dead, or something on its way
// keeps what it says.
const SILENCE_MS = 40000;

/**
 * `refused`: it may not be read here. `hidden`: it is somebody else's now. `replaced`: the browser has got another conversation than the page shows.
 *
 * @typedef {"connected" | "disconnected" | "refused" | "hidden" | "replaced"} ConnectionState
 */

/**
 * The page's one live connection: server-sent events, and polling for as long as no stream can be had. Both bring the same events,
 * and both say from which message on they want them, so nothing is missed in between. What comes twice, the receiver recognises.
 * A stream counts when something has been heard on it: a proxy may open one and let nothing through.
 */
export class LiveStream {
  #streamUrl;
  #pollUrl;
  #names;
  #seen;
  #conversation;
  #receive;
  #tell;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nextPoll;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  #isHeard = false;
  #openedAt = 0;
  #heardAt = 0;
  #failures = 0;

  /**
   * @param {object} options
   * @param {string} options.streamUrl
   * @param {string} options.pollUrl
   * @param {string[]} options.names The events that the page cares about.
   * @param {number} [options.seen] The last message that came with the page.
   * @param {() => string} [options.conversation] The one that the page shows; the browser may have got another meanwhile.
   * @param {(name: string, data: string) => void} options.receive
   * @param {(state: ConnectionState) => void} options.tell
   */
  constructor({ streamUrl, pollUrl, names, seen = 0, conversation = () => "", receive, tell }) {
    this.#streamUrl = streamUrl;
    this.#pollUrl = pollUrl;
    this.#names = names;
    this.#seen = seen;
    this.#conversation = conversation;
    this.#receive = receive;
    this.#tell = tell;
    addEventListener("online", () => (this.#source ? this.open() : this.#tell("connected")));
    addEventListener("offline", () => this.#tell("disconnected"));
    document.addEventListener("visibilitychange", () => this.#sightChanged());
    // A browser that has frozen the page, or kept it for the way back, has let the stream die without telling the page.
    document.addEventListener("resume", () => this.#source && this.open());
    addEventListener("pageshow", (event) => event.persisted && this.#source && this.open());
  }

  /** Opens the stream, or opens it anew if it was open. */
  open() {
    this.close();
    this.#openedAt = Date.now();
    const source = new EventSource(this.#from(this.#streamUrl));
    this.#source = source;
    for (const name of this.#names) {
      source.addEventListener(name, (event) => {
        this.#heard();
        this.#take(name, event.data, event.lastEventId);
      });
    }
    source.addEventListener("pulse", () => this.#heard());
    source.addEventListener("signed_out", () => this.#end("refused"));
    source.addEventListener("hidden", () => this.#end("hidden"));
    // A browser that was refused has given up; one that was cut off tries again by itself, mostly before the first poll.
    source.onerror = () => {
      this.#isHeard = false;
      if (source.readyState === EventSource.CLOSED) this.#pollIn(0);
      else if (this.#nextPoll === undefined) this.#pollIn(OPENING_MS);
    };
    this.#pollIn(OPENING_MS);
    this.#awaitNext();
  }

  close() {
    this.#source?.close();
    this.#source = undefined;
    this.#isHeard = false;
    this.#stopPolling();
    clearTimeout(this.#silence);
  }

  /** @param {string} address @returns {string} Where what comes after the last message of the page's conversation is to be had. */
  #from(address) {
    const [path, query] = address.split("?");
    const wanted = new URLSearchParams(query);
    wanted.set("efter", String(this.#seen));
    wanted.set("samtal", this.#conversation());
    return `${path}?${wanted}`;
  }

  /**
   * Only what comes this way, where everything comes in order, says from where to go on. What the page has been told otherwise, such as
   * the answer to what it sent, may have overtaken something.
   *
   * @param {string} name @param {string} data @param {string | null} id
   */
  #take(name, data, id) {
    this.#receive(name, data);
    this.#seen = Math.max(this.#seen, Number(id));
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#awaitNext();
    if (this.#isHeard) return;
    this.#isHeard = true;
    this.#stopPolling();
    this.#failures = 0;
    this.#tell("connected");
  }

  #awaitNext() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => (document.hidden ? this.#awaitNext() : this.open()), SILENCE_MS);
  }

  // A page that is out of sight may be frozen, and its stream is then dead without anybody having told the page.
  #sightChanged() {
    if (!document.hidden && this.#source && Date.now() - this.#heardAt > SILENCE_MS) this.open();
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

  /** @param {ConnectionState} state */
  #end(state) {
    this.close();
    this.#tell(state);
  }

  async #poll() {
    const startedAt = Date.now();
    if (!document.hidden) {
      try {
        const response = await fetch(this.#from(this.#pollUrl), { headers: { Accept: "application/json" } });
        if (response.status === 401 || response.status === 404) return this.#end("refused");
        if (response.status === 403) return this.#end("hidden");
        if (response.status === 409) return this.#end("replaced");
        if (!response.ok) throw new Error(`status ${response.status}`);
        for (const { event, data, id } of (await response.json()).events) this.#take(event, data, id);
        this.#failures = 0;
        this.#tell("connected");
      } catch {
        this.#failures += 1;
        this.#tell("disconnected");
      }
    }
    if (!this.#source) return;
    if (this.#isHeard) return this.#stopPolling();
    if (this.#source.readyState === EventSource.CLOSED && Date.now() - this.#openedAt > REOPEN_MS && !this.#failures) {
      return this.open();
    }
    // A service that answers slowly is asked more seldom, and not by everybody at the same moment.
    const pause = Math.max(POLL_MS * 2 ** Math.min(this.#failures, 4), (Date.now() - startedAt) * 4);
    this.#pollIn(Math.min(pause, SLOWEST_POLL_MS) * (0.8 + Math.random() * 0.4));
  }
}
