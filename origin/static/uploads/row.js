// @ts-check
// One file of the list of uploads.
import { h, icon } from "../dom.js";
import { poll } from "../poll.js";
import { ApiError, errorText, get } from "../session.js";
import { durationText, sizeText } from "../text.js";
import { Stopped, Transfer } from "./transfer.js";

/** @typedef {"waiting" | "sending" | "paused" | "done" | "failed" | "cancelled"} State */

/** Speed is told over this long, in milliseconds. */
const WINDOW_MS = 8000;

/** Titles that are asked for again and again while they are processed, at a time. */
const MOST_FOLLOWED = 10;
let followed = 0;

export class Row {
  /** @type {State} */
  state = "waiting";
  /** Moments and bytes of late. @type {[number, number][]} */
  #lately = [];

  /**
   * @param {import("./files.js").Chosen} chosen
   * @param {{id?: string, maxBytes: number, changed: () => void}} options `changed` is told of each new state
   */
  constructor({ file, handle }, { id, maxBytes, changed }) {
    this.file = file;
    this.changed = changed;
    this.bar = h("progress", { max: 100, value: 0, "aria-label": file.name });
    this.text = h("span", { class: "status" });
    this.pause = this.#button("Pause", "pause", () => this.transfer.stop());
    this.resume = this.#button("Resume", "play", () => this.show("waiting", "Waiting"));
    this.retry = h("button", { class: "button small", type: "button", "aria-label": `Try again: ${file.name}`, onclick: () => this.show("waiting", "Waiting") }, "Try again");
    this.remove = this.#button("Cancel", "close", () => this.cancel());
    this.element = h("li", { class: "transfer" },
      h("span", { class: "title", dir: "auto", title: file.name }, file.name), h("span", { class: "size" }, sizeText(file.size)),
      this.bar, this.text, h("span", { class: "row" }, this.retry, this.pause, this.resume, this.remove));
    this.transfer = new Transfer(file, { id, handle, onProgress: (bytes) => this.#progress(bytes), onWait: (waiting) => this.#wait(waiting) });
    const problem = refuse(file, maxBytes);
    if (problem) this.show("failed", problem, false);
    else this.show("waiting", "Waiting");
  }

  /** @param {string} label @param {import("../dom.js").IconName} name @param {() => void} act */
  #button(label, name, act) {
    return h("button", { class: "button quiet small only-icon", type: "button", "aria-label": `${label}: ${this.file.name}`, title: label, onclick: act }, icon(name));
  }

  /** @param {State} state @param {string} text @param {boolean} [again] whether trying again may help */
  show(state, text, again = state === "failed") {
    const focused = this.element.contains(document.activeElement);
    this.state = state;
    this.element.dataset.state = state;
    this.text.textContent = text;
    this.retry.hidden = !again;
    this.pause.hidden = state !== "sending";
    this.resume.hidden = state !== "paused";
    this.remove.hidden = state === "done" || state === "cancelled";
    // The button that had the focus may be gone: its successor has it then.
    if (focused && document.activeElement?.closest("[hidden]")) {
      [this.pause, this.resume, this.retry, this.remove].find((button) => !button.hidden)?.focus();
    }
    this.changed();
  }

  /** @param {number} bytes */
  #progress(bytes) {
    if (this.state !== "sending") return;
    const percent = Math.min(100, Math.floor((bytes / this.file.size) * 100));
    this.bar.value = percent;
    const now = performance.now();
    this.#lately = [...this.#lately.filter(([at, had]) => now - at < WINDOW_MS && had <= bytes), [now, bytes]];
    const [since, had] = this.#lately[0];
    const speed = now - since > 1500 ? ((bytes - had) / (now - since)) * 1000 : 0;
    const left = speed > 0 ? ` · ${sizeText(Math.round(speed))}/s · ${durationText((this.file.size - bytes) / speed)} left` : "";
    this.text.textContent = percent < 100 ? `${percent} %${left}` : "Finishing…";
  }

  /** @param {boolean} waiting */
  #wait(waiting) {
    this.#lately = [];
    if (this.state !== "sending") return;
    this.element.classList.toggle("offline", waiting);
    this.text.textContent = waiting ? (navigator.onLine ? "No answer. Trying again soon…" : "Waiting for the network…") : "Going on…";
  }

  async run() {
    this.#lately = [];
    this.show("sending", this.transfer.id ? "Looking for what has arrived…" : "Starting…");
    try {
      const media = await this.transfer.run();
      this.bar.value = 100;
      this.show("done", "Uploaded");
      if (!this.#ended(media)) this.#follow(media.id);
    } catch (error) {
      if (error instanceof Stopped) {
        if (this.state === "sending") this.show("paused", `Paused at ${this.bar.value} %`);
      } else {
        this.show("failed", errorText(error), !(error instanceof ApiError) || error.status >= 500 || error.status === 409 || error.signedOut);
      }
    }
    this.element.classList.remove("offline");
  }

  /** Shows what became of the title. @param {{id: string, status: string, reason: string | null}} media @returns {boolean} whether that is all */
  #ended({ id, status, reason }) {
    if (status === "failed") this.show("failed", reason ?? "Nothing can be made of this file.", false);
    if (status === "ready") this.text.replaceChildren("Ready. ", h("a", { href: `/watch/${id}` }, "Open it"));
    return status === "failed" || status === "ready";
  }

  /** Looks after the title while it is processed; of many files, the first ones are enough. @param {string} id */
  #follow(id) {
    if (followed >= MOST_FOLLOWED) return;
    followed += 1;
    poll(async () => {
      const more = !this.#ended(await get(`/api/media/${id}`));
      if (!more) followed -= 1;
      return more;
    });
  }

  async cancel() {
    this.show("cancelled", "Cancelled");
    await this.transfer.cancel();
    this.element.remove();
  }
}

/** Why a file need not be tried. @param {File} file @param {number} maxBytes */
function refuse(file, maxBytes) {
  if (file.size === 0) return "This file is empty.";
  if (file.size > maxBytes) return `This file is larger than ${sizeText(maxBytes)}.`;
  return "";
}
