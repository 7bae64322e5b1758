'use strict';
// Settings of the server, read from the environment. Times are milliseconds; 0 means no limit.

const UNITS = { h: 3600e3, m: 60e3, s: 1e3, ms: 1, us: 1e-3, '\u00b5s': 1e-3, '\u03bcs': 1e-3, ns: 1e-6 };
const SIZES = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** A setting whose value cannot be used; the message names the variable. */
class ConfigError extends Error {}

/** Milliseconds of whole seconds ("30") or of a Go duration ("1m30s", "500ms"); undefined for anything else. */
function duration(text) {
  text = text.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^((\d+\.?\d*|\.\d+)(h|ms|m|s|us|\u00b5s|\u03bcs|ns))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(h|ms|m|s|us|\u00b5s|\u03bcs|ns)/g)) total += Number(number) * UNITS[unit];
  return total;
}

function durationOf(env, name, fallback) {
  const text = env[name] || fallback;
  const value = duration(text);
  if (value === undefined) {
    throw new ConfigError(`${name}='${text}' is not a duration; give seconds (30) or a duration such as 500ms or 1m30s`);
  }
  // Timers take at most 2^31 - 1 ms, some 24 days; a limit beyond that is none.
  return value > 0x7fffffff ? 0 : value;
}

function whole(env, name, fallback, most = 2 ** 31) {
  const text = env[name] || String(fallback);
  if (!/^\d+$/.test(text) || Number(text) > most) throw new ConfigError(`${name}='${text}' is not a whole number from 0 to ${most}`);
  return Number(text);
}

/** Bytes of "100kb", "5mb" or a plain number; Infinity when the variable is not set. */
function size(env, name) {
  const text = env[name];
  if (!text) return Infinity;
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(text.trim());
  if (!match) throw new ConfigError(`${name}='${text}' is not a size; give bytes or a size such as 100kb or 5mb`);
  return Math.floor(Number(match[1]) * SIZES[(match[2] || 'b').toLowerCase()]);
}

/** True when the variable says so; anything but true, 1 or yes is false. */
function flag(env, name) {
  return ['true', '1', 'yes'].includes((env[name] || '').trim().toLowerCase());
}

/** Reads all settings; throws ConfigError. */
function read(env) {
  const writeDebug = flag(env, 'write_debug');
  return {
    host: env.VFAAS_BIND || undefined,
    port: whole(env, 'port', 8080, 65535),
    readTimeout: durationOf(env, 'read_timeout', '30s'),
    writeTimeout: durationOf(env, 'write_timeout', '30s'),
    execTimeout: durationOf(env, 'exec_timeout', '30s'),
    // How long a draining server keeps accepting, so that load balancers see the 503 first.
    drainDelay: durationOf(env, 'healthcheck_interval', '0s'),
    maxInflight: whole(env, 'max_inflight', 0),
    rawBody: flag(env, 'RAW_BODY'),
    maxJson: size(env, 'MAX_JSON_SIZE'),
    maxRaw: size(env, 'MAX_RAW_SIZE'),
    writeDebug,
    logRequests: writeDebug || flag(env, 'log_requests'),
  };
}

module.exports = { ConfigError, duration, read };
