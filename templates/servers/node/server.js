'use strict';
/**
 * The HTTP server of the Node templates: node:http and nothing else, so that a cold start loads little. serve(folder) loads the handler of that
 * folder and serves until SIGTERM or SIGINT; what it promises its platform is listed in the README beside this file.
 */
const http = require('node:http');
const bodies = require('./body.js');
const { invoke } = require('./call.js');
const { ConfigError, read } = require('./config.js');
const { Exchange } = require('./exchange.js');
const { load } = require('./handler.js');
const { Lifecycle } = require('./lifecycle.js');

const MAX_HEAD = 1 << 20; // bytes of request line and headers together
const KEEP_IDLE = 120e3; // ms an unused connection is kept; longer than the clients in front of functions keep theirs

async function serve(folder) {
  const stopEarly = () => process.exit(0); // nothing to drain yet; as process 1 there is no default action
  process.on('SIGTERM', stopEarly).on('SIGINT', stopEarly);
  let config, handler;
  try {
    config = read(process.env);
    handler = await load(folder);
  } catch (error) {
    if (error instanceof ConfigError) console.error(`error: ${error.message}`);
    // The reason once more as the last line: that is what is shown of a replica that does not start.
    else console.error(`${error?.stack ?? error}\nerror: the handler cannot be loaded: ${String(error?.message ?? error).split('\n', 1)[0]}`);
    process.exit(1);
  }
  const replica = new Replica(config, handler);
  const server = replica.listen();
  const stop = () => replica.drain(server);
  process.off('SIGTERM', stopEarly).off('SIGINT', stopEarly);
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.on('unhandledRejection', (reason) => console.error('unhandled rejection:', reason));
  process.on('uncaughtException', (error) => replica.crash(error));
}

class Replica {
  #config;
  #handler;
  #lifecycle;

  constructor(config, handler) {
    this.#config = config;
    this.#handler = handler;
    this.#lifecycle = new Lifecycle(config.maxInflight);
  }

  listen() {
    const { host, port, readTimeout, writeTimeout } = this.#config;
    const options = {
      maxHeaderSize: MAX_HEAD,
      requestTimeout: readTimeout,
      headersTimeout: readTimeout,
      keepAliveTimeout: KEEP_IDLE,
      // How often Node looks for requests that take longer than they may.
      connectionsCheckingInterval: Math.max(100, Math.min(30e3, (readTimeout || 60e3) / 4)),
    };
    const server = http.createServer(options, (request, response) => this.#request(request, response, false));
    server.on('checkContinue', (request, response) => this.#request(request, response, true));
    server.on('clientError', (error, socket) => refuse(error, socket));
    // Nothing moved for that long: the client does not read what is sent, or the connection is idle; a handler may take its time.
    server.setTimeout(writeTimeout, (socket) => {
      if (socket.writableLength > 0 || !this.#lifecycle.open.some((response) => response.socket === socket)) socket.destroy();
    });
    server.on('error', (error) => {
      console.error(`error: cannot listen on ${host || '*'}:${port}: ${error.code === 'EADDRINUSE' ? 'the port is taken' : error.message}`);
      process.exit(1);
    });
    server.listen({ host, port, backlog: 1024 }, () => {
      const at = server.address();
      process.stderr.write(`listening on ${at.address.includes(':') ? `[${at.address}]` : at.address}:${at.port}\n`);
    });
    return server;
  }

  /** Answers probes with 503, lets running calls end within write_timeout, then exits 0. */
  async drain(server) {
    this.#lifecycle.draining = true;
    await new Promise((resolve) => setTimeout(resolve, this.#config.drainDelay));
    await this.#lifecycle.whenIdle(this.#config.writeTimeout);
    server.close();
    server.closeIdleConnections();
    await this.#lifecycle.whenIdle(1000); // for what was accepted in between
    process.exit(0);
  }

  /** An exception outside every call leaves the process in an unknown state: tell the callers and end, to be started anew. */
  crash(error) {
    console.error('uncaught exception, the replica ends:', error);
    for (const response of this.#lifecycle.open) {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end('The function failed; the reason is in its log.');
    }
    setTimeout(() => process.exit(1), 50);
  }

  async #request(request, response, expectsContinue) {
    const exchange = new Exchange(request, response, this.#config, this.#lifecycle);
    const path = request.url.split('?', 1)[0];
    if (path === '/_/health' || path === '/_/ready') return exchange.probe(path);
    const release = this.#lifecycle.begin();
    if (!release) return exchange.refuse(429, 'as many calls are running as max_inflight allows; try again');
    let ended;
    try {
      if (expectsContinue) response.writeContinue();
      const contentType = request.headers['content-type'];
      const raw = await bodies.read(request, bodies.limitOf(contentType, this.#config));
      const body = bodies.parse(raw, contentType, this.#config);
      exchange.begin(raw);
      const call = invoke(this.#handler, request, body);
      ended = call.ended;
      await exchange.send(await call.outcome);
    } catch (error) {
      if (error instanceof bodies.Rejected) exchange.refuse(error.status, error.message);
      else if (error instanceof bodies.Aborted) response.destroy();
      else exchange.fail(error);
    } finally {
      await ended;
      release();
    }
  }
}

/** Answers what Node's parser refuses: oversized headers, malformed requests, requests that take too long. */
function refuse(error, socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
  const known = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' };
  const status = known[error.code] || '400 Bad Request';
  const text = `${status.slice(4)}\n`;
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`);
  // Closing with unread input makes the kernel drop what the client has not read yet: let it read first.
  socket.resume();
  setTimeout(() => socket.destroy(), 1000).unref();
}

module.exports = { serve };
