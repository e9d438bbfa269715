// Asks the gateway for a part of the page anew: never twice at once, and with a pause between two questions.

/** A window that hears of changes without end asks at most 100 times a minute, so that several of them stay below the quota of a key, and shows each change within a second. */
const leastPause = 600;
const longestPause = 3000;
/** The longest that an answer can put the next question off. */
const longestRest = 60000;

/** An answer without what was asked for; `rest` is how long the gateway is not to be asked again, in milliseconds. */
export class Refused extends Error {
  constructor(response) {
    super(String(response.status));
    this.rest = Math.min(longestRest, Number(response.headers.get("Retry-After")) * 1000 || 0);
  }
}

/** One part of the page, and how old it is. */
export class Question {
  /** Since when what is shown is known not to be the newest, by the clock; 0 where nothing is known of that. */
  behindSince = 0;
  lastAnswer = Date.now();
  #ask;
  #tell;
  #isAsking = false;
  #isDue = false;
  #timer = 0;
  #restUntil = 0;

  /** `ask` fetches the part and takes it over, or throws; `tell` hears null each time it did, else the error. */
  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** Asks after so many milliseconds, or once the pause after the last answer is over. */
  soon(wait = 0) {
    if (this.#isAsking) this.#isDue = true;
    // A question that is due is never put off, or events without end would put it off for ever.
    else this.#timer ||= setTimeout(() => this.#run(), Math.max(wait, this.#restUntil - performance.now()));
  }

  /** Asks nothing more until it is told to. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#isDue = false;
  }

  async #run() {
    this.#timer = 0;
    this.#isAsking = true;
    const [began, started] = [Date.now(), performance.now()];
    let failure = null;
    try {
      await this.#ask();
      this.behindSince = 0;
      this.lastAnswer = Date.now();
    } catch (error) {
      failure = error;
      this.behindSince ||= began;
    }
    const now = performance.now();
    const pause = Math.min(longestPause, Math.max(leastPause, 4 * (now - started)));
    this.#restUntil = now + Math.max(pause, failure?.rest ?? 0);
    this.#isAsking = false;
    this.#tell(failure);
    if (!this.#isDue) return;
    this.#isDue = false;
    this.soon();
  }
}
