// @ts-check
// A file in parts, three of them on the way at once. One that the store has already is read, to be sure that it is the
// same, and not sent.
import { post } from "../session.js";
import { base64, joined } from "./crc64.js";
import { sums } from "./hashing.js";
import { put, Refused } from "./put.js";

const AT_ONCE = 3;

/** @typedef {{number: number, bytes: number, sha256: string | null}} Arrived */

export class PartList {
  /** What has arrived, by number. @type {Map<number, import("./hashing.js").Sums>} */
  #done = new Map();

  /** @param {File} file @param {string} id @param {number} partBytes @param {Arrived[]} [arrived] what the store says it has */
  constructor(file, id, partBytes, arrived = []) {
    this.file = file;
    this.id = id;
    this.partBytes = partBytes;
    this.count = Math.max(1, Math.ceil(file.size / partBytes));
    this.arrived = new Map(arrived.map((part) => [part.number, part]));
    /** Parts that were sent by this page. */
    this.sent = 0;
  }

  /** @param {number} number from 1 */
  #piece(number) {
    return this.file.slice((number - 1) * this.partBytes, Math.min(number * this.partBytes, this.file.size));
  }

  /**
   * @param {AbortSignal} signal
   * @param {<T>(work: () => Promise<T>) => Promise<T>} again
   * @param {(bytes: number) => void} onProgress of the whole file
   */
  async send(signal, again, onProgress) {
    /** Bytes of each part that are there or on their way. @type {Map<number, number>} */
    const there = new Map([...this.#done.keys()].map((number) => [number, this.#piece(number).size]));
    const tell = (/** @type {number} */ number, /** @type {number} */ bytes) => {
      there.set(number, bytes);
      onProgress([...there.values()].reduce((sum, part) => sum + part, 0));
    };
    const open = Array.from({ length: this.count }, (_, i) => i + 1).filter((number) => !this.#done.has(number));
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const lane = async () => {
      for (let number = open.shift(); number !== undefined; number = open.shift()) {
        either.throwIfAborted();
        const piece = this.#piece(number);
        const part = await sums(piece);
        const has = this.arrived.get(number);
        if (has?.sha256 !== part.sha256 || has.bytes !== piece.size) await this.#sendOne(number, piece, part, either, again, (bytes) => tell(number, bytes));
        this.#done.set(number, part);
        tell(number, piece.size);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    } catch (error) {
      // The others stop with the one that failed.
      failed.abort(error);
      throw failed.signal.reason;
    }
  }

  /**
   * @param {number} number @param {Blob} piece @param {import("./hashing.js").Sums} part @param {AbortSignal} signal
   * @param {<T>(work: () => Promise<T>) => Promise<T>} again @param {(bytes: number) => void} onProgress
   */
  async #sendOne(number, piece, { sha256 }, signal, again, onProgress) {
    for (let fresh = false; ; fresh = true) {
      const { parts } = await again(() => post(`/api/uploads/${this.id}/parts`, { parts: [{ number, sha256 }] }));
      try {
        await again(() => put(parts[0], piece, signal, onProgress));
        this.sent += 1;
        return;
      } catch (error) {
        // What was signed has run out: once more, signed anew.
        if (fresh || !(error instanceof Refused) || error.status !== 403) throw error;
      }
    }
  }

  /** What the app wants to know to complete it. */
  summary() {
    const all = Array.from({ length: this.count }, (_, i) => i + 1).map((number) => {
      const part = this.#done.get(number);
      if (!part) throw new Error(`part ${number} has not been sent`);
      return { number, bytes: this.#piece(number).size, ...part };
    });
    const whole = all.slice(1).reduce((crc, part) => joined(crc, part.crc, part.bytes), all[0].crc);
    return { crc64nvme: base64(whole), parts: all.map(({ number, sha256, crc }) => ({ number, sha256, crc64nvme: base64(crc) })) };
  }
}
