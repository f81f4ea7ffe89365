// @ts-check
// One file on its way: announced to the app, PUT to the objects server, completed at the app.
import { post } from "./session.js";

/**
 * @typedef {{id: string, method: string, url: string, headers: Record<string, string>, expires_at: string}} Announced
 */

/** Signed for less than this, an upload is announced anew rather than begun. */
const MARGIN_MS = 30_000;

export class Transfer {
  /** @type {Announced | undefined} */
  #announced;

  /** @param {File} file @param {(fraction: number) => void} onProgress told from 0 to 1 */
  constructor(file, onProgress) {
    this.file = file;
    this.onProgress = onProgress;
  }

  /** Sends the file; may be called again after a failure, and then uses what was signed while that still holds. */
  async send() {
    const announced = this.#usable() ?? (await announce(this.file));
    this.#announced = announced;
    await put(announced, this.file, this.onProgress);
    await post(`/api/uploads/${announced.id}/complete`);
  }

  #usable() {
    const left = Date.parse(this.#announced?.expires_at ?? "") - Date.now();
    return left > MARGIN_MS ? this.#announced : undefined;
  }
}

/** @param {File} file @returns {Promise<Announced>} */
function announce(file) {
  // File systems allow names that are no Unicode; JSON does not.
  const name = file.name.toWellFormed?.() ?? file.name;
  return post("/api/uploads", { name, size: file.size, type: file.type });
}

/**
 * fetch() cannot tell how much of a body has gone; XMLHttpRequest can.
 * @param {Announced} announced @param {File} file @param {(fraction: number) => void} onProgress
 * @returns {Promise<void>}
 */
function put(announced, file, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(announced.method, announced.url);
    for (const [name, value] of Object.entries(announced.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded / file.size));
    xhr.addEventListener("load", () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve();
      else reject(new Error(`The storage refused the file (${xhr.status}). Try again.`));
    });
    xhr.addEventListener("error", () => reject(new Error("The connection was lost, or the file cannot be read. Try again.")));
    xhr.addEventListener("abort", () => reject(new Error("The upload was stopped.")));
    xhr.send(file);
  });
}
