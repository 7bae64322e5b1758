'use strict';
// Runs function/handler.js: module.exports = async (event, context) => ...
const path = require('node:path');
const { serve } = require('./server/server.js');

serve(path.join(__dirname, 'function'));
