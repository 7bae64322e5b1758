'use strict';
const { duration } = require('./config.js');

const PREVIEW = 512; // bytes of a body shown by write_debug
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** One request and its response. */
class Exchange {
  #request;
  #response;
  #config;
  #lifecycle;
  #started = process.hrtime.bigint();
  #timer;
  #sent = 0;
  #probe = false;

  constructor(request, response, config, lifecycle) {
    this.#request = request;
    this.#response = response;
    this.#config = config;
    this.#lifecycle = lifecycle;
    lifecycle.follow(response);
    response.once('close', () => clearTimeout(this.#timer));
  }

  probe(path) {
    this.#probe = true;
    this.#request.resume();
    if (!['GET', 'HEAD'].includes(this.#request.method)) return this.#reply(405, 'use GET', { Allow: 'GET, HEAD' });
    if (this.#lifecycle.draining) return this.#reply(503, 'draining');
    if (path === '/_/ready' && this.#lifecycle.full) return this.#reply(429, 'as many calls are running as max_inflight allows');
    return this.#reply(200, 'OK');
  }

  /** The body has been received: the handler's time begins. */
  begin(raw) {
    this.#started = process.hrtime.bigint();
    if (this.#config.writeDebug) console.error(`${this.#line()} - body ${preview(raw)}`);
    const asked = duration(String(this.#request.headers['x-timeout'] ?? ''));
    const limit = Math.min(asked || Infinity, this.#config.execTimeout || Infinity);
    if (limit !== Infinity) this.#timer = setTimeout(() => this.#expire(limit), limit);
  }

  /** Sends what the handler answered; settles when a streamed body has been sent to its end. */
  async send({ status, headers, body }) {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return body.destroy?.();
    if (!(typeof body === 'string' || Buffer.isBuffer(body))) return this.#stream(status, headers, body);
    const data = Buffer.from(body);
    this.#head(status, bodiless(status) ? headers : { ...headers, 'Content-Length': data.length });
    this.#sent = bodiless(status) || this.#request.method === 'HEAD' ? 0 : data.length;
    if (this.#config.writeDebug) console.error(`${this.#line()} - response body ${preview(data)}`);
    return response.end(data);
  }

  /** The handler failed: its reason goes to the log and not to the client. */
  fail(error) {
    console.error(error);
    if (this.#response.writableEnded || this.#response.destroyed) return undefined;
    if (this.#response.headersSent) return this.#response.destroy(); // a body without its end tells that it is incomplete
    clearTimeout(this.#timer);
    return this.#reply(500, 'The function failed; the reason is in its log.');
  }

  /** Answers a request that may not have been read to its end, so the connection is closed unless it has been. */
  refuse(status, why) {
    this.#request.resume();
    this.#reply(status, why, this.#request.complete || this.#request.headers.expect === undefined ? {} : { Connection: 'close' });
  }

  async #stream(status, headers, body) {
    const response = this.#response;
    if (bodiless(status) || this.#request.method === 'HEAD') {
      body.destroy();
      this.#head(status, headers);
      return response.end();
    }
    response.once('close', () => body.destroy());
    try {
      // Headers go out with the first part, so that a stream that fails at its beginning is still answered with a 500.
      for await (const part of body) {
        if (!response.headersSent) this.#head(status, headers);
        this.#sent += Buffer.byteLength(part);
        if (!response.write(part)) await writable(response);
      }
    } catch (error) {
      if (response.destroyed) return undefined; // the client went away, or the time was up
      throw error;
    }
    if (!response.headersSent) this.#head(status, headers);
    return response.end();
  }

  #expire(limit) {
    if (this.#response.headersSent) return this.#response.destroy();
    return this.#reply(504, `the function did not answer within ${limit / 1000}s (exec_timeout)`, { Connection: 'close' });
  }

  #reply(status, text, more = {}) {
    if (this.#response.headersSent) return;
    this.#head(status, { ...TEXT, 'Content-Length': Buffer.byteLength(text), ...more });
    this.#sent = Buffer.byteLength(text);
    this.#response.end(text);
  }

  #head(status, headers) {
    if (this.#lifecycle.draining) headers = { ...headers, Connection: 'close' };
    this.#response.writeHead(status, { ...headers, 'X-Duration-Seconds': this.#seconds().toFixed(6) });
    if (this.#config.logRequests && !this.#probe) this.#response.once('close', () => this.#log(status));
  }

  #log(status) {
    const call = this.#request.headers['x-call-id'];
    console.error(`${this.#line()} - ${status} - ${this.#sent}B (${this.#seconds().toFixed(4)}s)${call ? ` [${call}]` : ''}`);
  }

  #line() {
    return `${this.#request.method} ${this.#request.url}`;
  }

  #seconds() {
    return Number(process.hrtime.bigint() - this.#started) / 1e9;
  }
}

function bodiless(status) {
  return status === 204 || status === 304;
}

/** Settles when the response takes more data, or never will. */
function writable(response) {
  return new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
}

function preview(bytes) {
  const shown = JSON.stringify(bytes.subarray(0, PREVIEW).toString('latin1'));
  return `${bytes.length}B ${shown}${bytes.length > PREVIEW ? '...' : ''}`;
}

module.exports = { Exchange };
