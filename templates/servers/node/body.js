'use strict';
// Reading a request's body and giving it the form its content type asks for.

const MAX_INFLATED = 256 * 2 ** 20; // bytes a compressed body may grow to when no limit is set

/** A body that the server itself refuses with this status. */
class Rejected extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The client closed the connection before it had sent the body. */
class Aborted extends Error {}

/** The raw bytes, with the transfer and content codings undone; rejects with Rejected or Aborted. */
async function read(request, limit) {
  if (Number(request.headers['content-length'] || 0) > limit) throw tooLarge(limit);
  const body = await receive(request, limit);
  const coding = (request.headers['content-encoding'] || 'identity').toLowerCase();
  return coding === 'identity' || body.length === 0 ? body : inflate(body, coding, limit);
}

function receive(request, limit) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let length = 0;
    request.on('data', (part) => {
      length += part.length;
      if (length <= limit) return parts.push(part);
      parts.length = 0;
      return reject(tooLarge(limit)); // the rest is received and dropped, so that the client reads the answer
    });
    request.once('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    request.once('error', () => reject(new Aborted()));
    request.once('close', () => reject(new Aborted()));
  });
}

function inflate(body, coding, limit) {
  const zlib = require('node:zlib'); // slow to load and seldom needed
  const ways = { gzip: zlib.gunzip, 'x-gzip': zlib.gunzip, deflate: zlib.inflate, br: zlib.brotliDecompress };
  const way = ways[coding];
  if (!way) throw new Rejected(415, `Content-Encoding '${coding}' is not supported`);
  const most = Math.min(limit, MAX_INFLATED);
  return new Promise((resolve, reject) => {
    way(body, { maxOutputLength: most }, (error, inflated) => {
      if (!error) resolve(inflated);
      else reject(error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(most) : new Rejected(400, `the body is no valid ${coding}`));
    });
  });
}

/** The most bytes a body of that content type may have. */
function limitOf(contentType, config) {
  return !config.rawBody && isJson(mediaType(contentType)) ? config.maxJson : config.maxRaw;
}

/** An object for JSON, an object for a form, a string for text, a Buffer for anything else or when RAW_BODY asks for it. */
function parse(body, contentType, config) {
  const type = mediaType(contentType);
  if (config.rawBody) return body;
  if (isJson(type)) return json(body, contentType);
  if (type === 'application/x-www-form-urlencoded') return form(body.toString());
  if (type.startsWith('text/')) return text(body, contentType);
  return body;
}

/** "application/json" of "Application/JSON; charset=utf-8"; text/plain when there is none. */
function mediaType(contentType) {
  return (contentType || 'text/plain').split(';', 1)[0].trim().toLowerCase();
}

function isJson(type) {
  return type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
}

function json(body, contentType) {
  if (body.length === 0) return {};
  try {
    return JSON.parse(text(body, contentType));
  } catch (error) {
    throw error instanceof Rejected ? error : new Rejected(400, `the body is no valid JSON: ${error.message}`);
  }
}

function text(body, contentType) {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType || '');
  if (!charset || /^utf-?8$/i.test(charset[1])) return body.toString();
  try {
    return new TextDecoder(charset[1]).decode(body);
  } catch {
    throw new Rejected(415, `charset '${charset[1]}' is not supported`);
  }
}

/** A form's fields: a=1&a=2 and a[]=1 make arrays, a[b]=1 an object. Objects have no prototype, so no name is special. */
function form(source) {
  const fields = Object.create(null);
  for (const [name, value] of new URLSearchParams(source)) {
    const head = /^[^[\]]+/.exec(name);
    const path = head ? [head[0], ...[...name.slice(head[0].length).matchAll(/\[([^[\]]*)\]/g)].map((m) => m[1])] : [name];
    put(fields, path.slice(0, 6), value);
  }
  return fields;
}

function put(target, [key, ...rest], value) {
  if (Array.isArray(target) && key === '') target.push(value);
  else if (rest.length === 0) target[key] = target[key] === undefined ? value : [].concat(target[key], value);
  else {
    if (typeof target[key] !== 'object') target[key] = rest[0] === '' ? [] : Object.create(null);
    put(target[key], rest, value);
  }
}

function tooLarge(limit) {
  return new Rejected(413, `the body is larger than ${limit} bytes`);
}

module.exports = { Aborted, Rejected, limitOf, parse, read };
