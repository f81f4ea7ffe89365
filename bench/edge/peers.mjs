// The Node side of `./build.sh bench edge`: one JSON line in, one JSON line out.
//
// setup: reads events and tokens (one a line, the very bytes that the Rust side decides over) and fills every key cache,
// so that nothing here ever asks the network. run: makes so many calls and answers with the CPU time that they took.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";

// Debian 12's Node 18 has no global `crypto`, which jose 6 counts on.
globalThis.crypto ??= webcrypto;

const require = createRequire(import.meta.url);
const { Authenticator } = require("cognito-at-edge");
const { CognitoJwtVerifier } = require("aws-jwt-verify");
const { jwtVerify, createLocalJWKSet } = await import("jose");

let peers;
let count;

function setup({ region, userPoolId, clientId, issuer, jwks, eventsFile, tokensFile }) {
  const lines = (file) => {
    const all = [];
    const bytes = readFileSync(file);
    for (let from = 0, to; (to = bytes.indexOf(10, from)) >= 0; from = to + 1) all.push(bytes.subarray(from, to));
    return all;
  };
  const events = lines(eventsFile);
  const parsed = events.map((bytes) => JSON.parse(bytes.toString()));
  const tokens = lines(tokensFile).map(String);
  count = events.length;

  const authenticator = new Authenticator({
    region,
    userPoolId,
    userPoolAppId: clientId,
    userPoolDomain: "bench.auth.example.com",
    logLevel: "silent",
  });
  authenticator._jwtVerifier.cacheJwks(jwks);
  const verifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: "access" });
  verifier.cacheJwks(jwks);
  const keys = createLocalJWKSet(jwks);

  // A redirect has a status; what is let through has none.
  const letThrough = (request) => {
    if (request.status !== undefined || request.uri === undefined) throw new Error("cognito-at-edge refused");
    return request;
  };
  peers = {
    // As Lambda's Node runtime does it: bytes in, bytes out.
    async "cognito-at-edge"(calls) {
      for (let i = 0; i < calls; i++) {
        const request = await authenticator.handle(JSON.parse(events[i % count].toString()));
        Buffer.from(JSON.stringify(letThrough(request)));
      }
    },
    async "cognito-at-edge handle"(calls) {
      for (let i = 0; i < calls; i++) letThrough(await authenticator.handle(parsed[i % count]));
    },
    // Throws where the token is not good.
    async "aws-jwt-verify"(calls) {
      for (let i = 0; i < calls; i++) verifier.verifySync(tokens[i % count]);
    },
    async jose(calls) {
      const rules = { issuer, algorithms: ["RS256"] };
      for (let i = 0; i < calls; i++) await jwtVerify(tokens[i % count], keys, rules);
    },
  };

  // What npm says it installed: not every package lets its package.json be imported.
  const { packages } = JSON.parse(readFileSync(new URL("node_modules/.package-lock.json", import.meta.url)));
  const version = (path) => packages[`node_modules/${path}`]?.version ?? "unknown";
  return {
    node: process.versions.node,
    "node's OpenSSL": process.versions.openssl,
    "cognito-at-edge": version("cognito-at-edge"),
    "aws-jwt-verify within cognito-at-edge": version("cognito-at-edge/node_modules/aws-jwt-verify"),
    "aws-jwt-verify": version("aws-jwt-verify"),
    jose: version("jose"),
  };
}

async function run({ peer, calls }) {
  const before = process.cpuUsage();
  await peers[peer](calls);
  const { user, system } = process.cpuUsage(before);
  return { cpu_us: user + system };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const question = JSON.parse(line);
    answer = question.setup ? setup(question.setup) : await run(question.run);
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
