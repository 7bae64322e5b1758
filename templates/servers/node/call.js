'use strict';
// What a handler sees of a call (event, context), and how its result becomes the response.

const querystring = require('node:querystring');
const { Readable } = require('node:stream');

/** The request: body, headers (lower-case names), method, query, path. */
class FunctionEvent {
  constructor(request, body) {
    const [path, ...query] = request.url.split('?');
    this.body = body;
    this.headers = request.headers;
    this.method = request.method;
    this.query = querystring.parse(query.join('?'));
    this.path = path;
  }
}

/** The response in the making: status and headers; succeed, fail or a returned value end the call, whichever is first. */
class FunctionContext {
  #status = 200;
  #headers = {};
  #settle;

  constructor(settle) {
    this.#settle = settle;
  }

  /** Sets the status and returns the context; without an argument returns the status. */
  status(code) {
    if (!code) return this.#status;
    this.#status = code;
    return this;
  }

  /** Sets the response's headers and returns the context; without an argument returns them. */
  headers(values) {
    if (!values) return this.#headers;
    this.#headers = values;
    return this;
  }

  /** Ends the call with this body. */
  succeed(value) {
    this.#settle(undefined, value);
    return this;
  }

  /** Ends the call as failed, with the text of this value as the body; the status is 500 unless another was set. */
  fail(value) {
    if (Number(this.#status) === 200) this.#status = 500;
    this.#settle(value === undefined || value === null ? 'the function failed' : value);
    return this;
  }
}

/**
 * Runs the handler. `outcome` is {status, headers, body}, where body is a Buffer, a string or a Readable, or rejects with what the handler threw;
 * `ended` settles when the handler itself has come to its end, which may be later.
 */
function invoke(handler, request, body) {
  let settle;
  let answered = false;
  const settled = new Promise((resolve) => (settle = resolve)); // the first to settle wins
  const context = new FunctionContext((error, value) => settle({ error, value }));
  const callback = (error, value) => {
    if (error && Number(context.status()) === 200) context.status(500);
    settle({ error, value });
  };
  const ended = (async () => handler(new FunctionEvent(request, body), context, callback))().then((value) => {
    // A handler that takes a callback has not ended when it returns nothing; any other has.
    if (value !== undefined || handler.length < 3) settle({ value: value === context ? undefined : value });
    return settled;
  });
  return {
    outcome: Promise.race([settled, ended]).then(({ error, value }) => {
      answered = true;
      return error === undefined || error === null ? answer(context, value) : failure(context, error);
    }),
    ended: ended.then(
      () => {},
      (error) => answered && console.error(error), // it had answered before it failed: only the log is left to tell
    ),
  };
}

function answer(context, value) {
  const [body, contentType] = encode(value);
  const headers = {};
  let typed = false;
  for (const [name, field] of Object.entries(context.headers())) {
    if (field === undefined || field === null) continue;
    const key = name.toLowerCase();
    if (['content-length', 'transfer-encoding', 'connection'].includes(key)) continue; // framing is the server's business
    typed ||= key === 'content-type';
    headers[name] = Array.isArray(field) ? field.map(String) : String(field);
  }
  if (!typed) headers['Content-Type'] = contentType;
  return { status: statusOf(context), headers, body };
}

function failure(context, error) {
  console.error(error);
  return { status: statusOf(context), headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: String(error) };
}

function statusOf(context) {
  const status = Number(context.status());
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`status ${context.status()} is not in 200..599`);
  return status;
}

function encode(value) {
  if (value === undefined || value === null) return ['', 'text/html; charset=utf-8'];
  if (typeof value === 'string') return [value, 'text/html; charset=utf-8'];
  if (Buffer.isBuffer(value)) return [value, 'application/octet-stream'];
  if (value instanceof Uint8Array) return [Buffer.from(value.buffer, value.byteOffset, value.byteLength), 'application/octet-stream'];
  if (value instanceof ArrayBuffer) return [Buffer.from(value), 'application/octet-stream'];
  if (value instanceof Readable) return [value, 'application/octet-stream'];
  if (typeof value === 'object' && !Array.isArray(value)) {
    if (typeof value.pipe === 'function' || value[Symbol.asyncIterator]) return [Readable.from(value, { objectMode: false }), 'application/octet-stream'];
    if (typeof value.next === 'function' && value[Symbol.iterator]) return [Readable.from(value), 'application/octet-stream'];
  }
  if (typeof value === 'object') return [JSON.stringify(value), 'application/json; charset=utf-8'];
  return [String(value), 'text/html; charset=utf-8'];
}

module.exports = { invoke };
