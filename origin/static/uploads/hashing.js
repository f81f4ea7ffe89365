// @ts-check
// The worker that computes checksums, asked from the page.

/** @typedef {{sha256: string, crc: bigint}} Sums `sha256` in base64 */

/** @type {Worker | undefined} */
let worker;
let asked = 0;
/** @type {Map<number, {resolve: (sums: Sums) => void, reject: (error: Error) => void}>} */
const waiting = new Map();

function start() {
  const started = new Worker(new URL("./hash-worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data: { id, failed, sha256, crc } }) => {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (failed) answer?.reject(new Error("The file cannot be read any more. Choose it again."));
    else answer?.resolve({ sha256, crc });
  });
  started.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("The browser cannot compute checksums here. Reload the page and try again."));
    waiting.clear();
    worker = undefined;
  });
  return started;
}

/** @param {Blob} blob read as a whole: a piece of a file @returns {Promise<Sums>} */
export function sums(blob) {
  worker ??= start();
  const id = ++asked;
  worker.postMessage({ id, blob });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}
