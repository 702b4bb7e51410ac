// A till on transbank-pos-sdk 4.0.0 for Node: `node transbank_till.js PORT`, in a folder that has the
// package in node_modules. Lines in and out as in serve.py; an error that nobody can catch comes in
// `uncaught` of the next report.
"use strict";

const { createRequire } = require("node:module");
const readline = require("node:readline");

const { POSIntegrado } = createRequire(`${process.cwd()}/`)("transbank-pos-sdk");

const pos = new POSIntegrado();
let uncaught = [];

const methods = {
  connect: ({ port }) => pos.connect(port),
  disconnect: () => pos.disconnect(),
  waits: ({ ack_ms, pos_ms }) => {
    pos.ackTimeout = ack_ms;
    pos.posTimeout = pos_ms;
    return true;
  },
  call: ({ method, words }) => pos[method](...words),
  // What no promise of the SDK ends is given up after `ms`.
  call_or_give_up: ({ method, words, ms }) =>
    Promise.race([pos[method](...words), new Promise((done) => setTimeout(done, ms, "no end"))]),
  sale_with_progress: async ({ words }) => {
    const progress = [];
    const sale = await pos.sale(...words, true, (told) => progress.push(told.responseCode));
    return { sale, progress };
  },
};

process.on("uncaughtException", (error) => uncaught.push(`${error.name}: ${error.message}`));

async function answer(line) {
  const [method, words] = JSON.parse(line);
  const report = {};
  try {
    report.result = await methods[method](words);
  } catch (error) {
    report.error = `${error.name}: ${error.message}`;
  }
  report.uncaught = uncaught;
  uncaught = [];
  console.log(JSON.stringify(report));
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) await answer(line);
  process.exit(0);
})();
