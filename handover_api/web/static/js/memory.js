// @ts-check

/**
 * What the page remembers over a reload, in this tab only. A browser that forbids storage (a frame with blocked cookies) gets a
 * page that forgets, not one that fails.
 */
export class Memory {
  #prefix;

  /** @param {string} name */
  constructor(name) {
    this.#prefix = `${name}:`;
  }

  /** @param {string} key */
  read(key) {
    try {
      return sessionStorage.getItem(this.#prefix + key) ?? "";
    } catch {
      return "";
    }
  }

  /** Forgets everything. */
  clear() {
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(this.#prefix)) sessionStorage.removeItem(key);
    } catch {
      // Nothing is remembered; see above.
    }
  }

  /** @param {string} key @param {string} value An empty value forgets. */
  write(key, value) {
    try {
      if (value) sessionStorage.setItem(this.#prefix + key, value);
      else sessionStorage.removeItem(this.#prefix + key);
    } catch {
      // Nothing is remembered; see above.
    }
  }
}
