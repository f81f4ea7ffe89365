// @ts-check
// One file on its way: announced to the app, PUT to the store by itself or in parts, completed at the app. It can be
// stopped at any moment and taken up again, also by another page later on.
import { ApiError, get, post, send } from "../session.js";
import { base64 } from "./crc64.js";
import { sums } from "./hashing.js";
import { forget, remember, uploadOf } from "./memory.js";
import { PartList } from "./parts.js";
import { patiently, put, Refused } from "./put.js";

/**
 * @typedef {{id: string, kind: "single", method: string, url: string, headers: Record<string, string>, expires_at: string}
 *   | {id: string, kind: "multipart", part_bytes: number, parts: number, expires_at: string}} Announced
 */

/** Signed for less than this, a single upload is announced anew rather than begun. */
const MARGIN_MS = 30_000;

/** Files above this go in parts. Bytes. */
export const IN_PARTS = 64 * 1024 * 1024;

/** Why a transfer was stopped. */
export class Stopped extends Error {}

export class Transfer {
  /** @type {string | undefined} */
  id;
  /** Taken up from a former page. */
  resumed = false;
  /** @type {Extract<Announced, {kind: "single"}> | undefined} */
  #single;
  /** @type {PartList | undefined} */
  #parts;
  #control = new AbortController();

  /**
   * @param {File} file
   * @param {{id?: string, handle?: FileSystemFileHandle, onProgress: (bytes: number) => void, onWait: (waiting: boolean) => void}} options
   * `id` of an upload that was begun before
   */
  constructor(file, { id, handle, onProgress, onWait }) {
    this.file = file;
    this.handle = handle;
    this.id = id ?? uploadOf(file);
    this.onProgress = onProgress;
    this.onWait = onWait;
  }

  /** Sends what has not arrived, and completes; the title. Throws `Stopped` where `stop` was called. */
  async run() {
    this.#control = new AbortController();
    const { signal } = this.#control;
    /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
    const again = (work) => patiently(work, signal, this.onWait);
    try {
      await this.#begin(again);
      if (this.#parts) await this.#parts.send(signal, again, this.onProgress);
      else await this.#putWhole(signal, again);
      signal.throwIfAborted();
      const { media } = await again(() => this.#complete());
      if (this.id) forget(this.id);
      return /** @type {{id: string, status: string, reason: string | null}} */ (media);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** Stops it where it is; `run` goes on. */
  stop() {
    this.#control.abort(new Stopped());
  }

  /** Stops it and has the app forget it. */
  async cancel() {
    this.stop();
    if (!this.id) return;
    forget(this.id);
    await send("DELETE", `/api/uploads/${this.id}`).catch(() => {});
  }

  /** @param {<T>(work: () => Promise<T>) => Promise<T>} again */
  async #begin(again) {
    if (this.#parts || this.#usable()) return;
    if (this.id && !this.#single && (await this.#takeUp(this.id, again))) return;
    const { file } = this;
    // File systems allow names that are no Unicode; JSON does not.
    const name = file.name.toWellFormed?.() ?? file.name;
    // A small one is checked as a whole by the store; of a large one, each part.
    const whole = file.size <= IN_PARTS ? { crc64nvme: base64((await sums(file)).crc) } : {};
    const announced = /** @type {Announced} */ (await again(() => post("/api/uploads", { name, size: file.size, type: mediaType(file), ...whole })));
    this.id = announced.id;
    if (announced.kind === "multipart") {
      remember(file, announced.id, this.handle);
      this.#parts = new PartList(file, announced.id, announced.part_bytes);
    } else {
      this.#single = announced;
    }
  }

  /** @param {string} id @param {<T>(work: () => Promise<T>) => Promise<T>} again */
  async #takeUp(id, again) {
    try {
      const upload = await again(() => get(`/api/uploads/${id}`));
      if (upload.size !== this.file.size) return false;
      this.#parts = new PartList(this.file, id, upload.part_bytes, upload.arrived);
      this.resumed = true;
      remember(this.file, id, this.handle);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.signedOut || error.status >= 500) throw error;
      // Completed, cancelled or expired since: it begins anew.
      forget(id);
      this.id = undefined;
      return false;
    }
  }

  #usable() {
    return this.#single !== undefined && Date.parse(this.#single.expires_at) - Date.now() > MARGIN_MS;
  }

  /** @param {AbortSignal} signal @param {<T>(work: () => Promise<T>) => Promise<T>} again */
  async #putWhole(signal, again) {
    for (let fresh = false; ; fresh = true) {
      const signed = this.#single;
      if (!signed) throw new Error("an upload is announced before it is sent");
      try {
        await again(() => put(signed, this.file, signal, this.onProgress));
        return;
      } catch (error) {
        // What was signed has run out while it waited for the network: once more, signed anew.
        if (fresh || !(error instanceof Refused) || error.status !== 403) throw error;
        this.#single = undefined;
        this.id = undefined;
        await this.#begin(again);
      }
    }
  }

  async #complete() {
    const address = `/api/uploads/${this.id}/complete`;
    if (!this.#parts) return post(address);
    try {
      return await post(address, this.#parts.summary());
    } catch (error) {
      // The store has forgotten some, or has others than we remember: what it has is asked for when this is tried again.
      if (error instanceof ApiError && ["parts_missing", "checksum_differs"].includes(error.reason)) this.#parts = undefined;
      throw error;
    }
  }
}


/** The type without the parameters that some browsers add. @param {File} file */
function mediaType(file) {
  return file.type.split(";")[0].trim();
}
