// @ts-check
// Bytes to the store, and patience with the network.
import { ApiError } from "../session.js";

/** @typedef {{method: string, url: string, headers: Record<string, string>}} Signed */

/** A request that did not get through: it may when it is tried again. */
export class Lost extends Error {
  constructor() {
    super("The connection was lost. Try again.");
  }
}

/** The store's refusal. */
export class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The storage refused the file (${status}). Try again.`);
    this.status = status;
  }
}

/**
 * fetch() cannot tell how much of a body has gone; XMLHttpRequest can.
 * @param {Signed} signed @param {Blob} blob @param {AbortSignal} signal @param {(bytes: number) => void} onProgress
 * @returns {Promise<void>}
 */
export function put({ method, url, headers }, blob, signal, onProgress) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    signal.addEventListener("abort", stop, { once: true });
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    xhr.addEventListener("load", () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve();
      else reject(new Refused(xhr.status));
    });
    xhr.addEventListener("error", () => reject(new Lost()));
    xhr.addEventListener("abort", () => reject(signal.reason ?? new Lost()));
    xhr.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    xhr.send(blob);
  });
}

const FIRST_MS = 1000;
const TRIES = 6;

/** @param {unknown} error whether it may be gone after a while */
const passes = (error) =>
  error instanceof Lost || error instanceof TypeError
  || (error instanceof Refused && (error.status >= 500 || error.status === 429))
  || (error instanceof ApiError && (error.status >= 500 || error.status === 429));

/**
 * Does something again where the network or a server has failed: at once when the network is back, else after a while, each
 * time a longer one.
 * @template T
 * @param {() => Promise<T>} work
 * @param {AbortSignal} signal
 * @param {(waiting: boolean) => void} onWait told when it waits for the network, and when it goes on
 * @returns {Promise<T>}
 */
export async function patiently(work, signal, onWait) {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !passes(error) || tries >= TRIES) throw error;
      const offline = !navigator.onLine;
      if (offline) tries = 0;
      onWait(true);
      await (offline ? online(signal) : pause(FIRST_MS * 2 ** (tries - 1), signal));
      onWait(false);
    }
  }
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
function online(signal) {
  return new Promise((resolve, reject) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    addEventListener("online", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true, signal });
  });
}
