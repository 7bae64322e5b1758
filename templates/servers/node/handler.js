'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

/**
 * The function that handler.js, handler.mjs or handler.cjs in that folder exports: as module.exports, as its default export, or as an export named
 * handler. Rejects when there is none.
 */
async function load(folder) {
  const file = ['handler.js', 'handler.mjs', 'handler.cjs'].map((name) => path.join(folder, name)).find((name) => fs.existsSync(name));
  if (!file) throw new Error(`there is no handler.js in ${folder}`);
  const exported = await importOrRequire(file);
  for (const candidate of [exported, exported?.default, exported?.default?.default, exported?.handler]) {
    if (typeof candidate === 'function') return candidate;
  }
  throw new Error(`${path.basename(file)} exports no function: write module.exports = async (event, context) => ...`);
}

async function importOrRequire(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file).href);
  try {
    return require(file);
  } catch (error) {
    // "type": "module" in the function's package.json, or top-level await
    if (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE') return import(pathToFileURL(file).href);
    throw error;
  }
}

module.exports = { load };
