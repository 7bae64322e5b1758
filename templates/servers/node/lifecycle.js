'use strict';

/**
 * Counts the calls that run and the requests that are being answered. A call holds its slot until the handler itself has settled, also when its
 * client was told 504 before, because until then it uses the replica's memory and CPU.
 */
class Lifecycle {
  #maxInflight;
  #calls = 0;
  #open = new Set();
  #idle = () => {};

  /** True once the replica has been told to stop. */
  draining = false;

  constructor(maxInflight) {
    this.#maxInflight = maxInflight;
  }

  /** True when max_inflight calls are running. */
  get full() {
    return this.#maxInflight > 0 && this.#calls >= this.#maxInflight;
  }

  /** Responses that have not been sent to their end. */
  get open() {
    return [...this.#open];
  }

  /** Takes a slot; undefined when there is none, else the function that gives it back. */
  begin() {
    if (this.full) return undefined;
    this.#calls++;
    let held = true;
    return () => {
      if (held) this.#calls--;
      held = false;
    };
  }

  /** Follows a response until it has been sent or its connection is gone. */
  follow(response) {
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#idle();
    });
  }

  /** Settles when no response is open, or after that many milliseconds (0: however long it takes). */
  whenIdle(limit) {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
      if (limit > 0) setTimeout(resolve, limit);
    });
  }
}

module.exports = { Lifecycle };
