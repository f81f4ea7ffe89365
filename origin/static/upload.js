// @ts-check
// The upload page: takes files, sends a few at a time, says how it goes, and returns to the library when all are there.
import { ApiError } from "./session.js";
import { Transfer } from "./transfer.js";

const AT_ONCE = 3;

const drop = element("drop");
const input = /** @type {HTMLInputElement} */ (element("files"));
const queue = element("queue");
const summary = element("summary");
const template = /** @type {HTMLTemplateElement} */ (element("row"));

/** @type {Row[]} */
const rows = [];

class Row {
  /** @type {"waiting" | "sending" | "done" | "failed"} */
  state = "waiting";

  /** @param {File} file */
  constructor(file) {
    this.file = file;
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (copy.querySelector(selector));
    this.element = part("li");
    this.bar = /** @type {HTMLProgressElement} */ (part("progress"));
    this.text = part(".status");
    this.retry = part("button");
    part(".title").textContent = file.name;
    part(".size").textContent = sizeText(file.size);
    this.bar.setAttribute("aria-label", file.name);
    this.retry.setAttribute("aria-label", `Try again: ${file.name}`);
    this.retry.addEventListener("click", () => {
      this.show("waiting", "Waiting");
      pump();
    });
    this.transfer = new Transfer(file, (fraction) => this.progress(fraction));
    queue.append(copy);
    const problem = refuse(file);
    if (problem) this.show("failed", problem, false);
    else this.show("waiting", "Waiting");
  }

  /** @param {Row["state"]} state @param {string} text @param {boolean} [again] whether trying again may help */
  show(state, text, again = state === "failed") {
    this.state = state;
    this.element.dataset.state = state;
    this.text.textContent = text;
    this.retry.hidden = !again;
  }

  /** @param {number} fraction */
  progress(fraction) {
    const percent = Math.min(100, Math.floor(fraction * 100));
    this.bar.value = percent;
    this.text.textContent = percent < 100 ? `${percent} %` : "Finishing…";
  }

  async run() {
    this.show("sending", "Starting…");
    try {
      await this.transfer.send();
      this.bar.value = 100;
      this.show("done", "Uploaded");
    } catch (error) {
      this.show("failed", errorText(error), !(error instanceof ApiError) || error.status >= 500 || error.status === 409);
    }
  }
}

/** Why a file need not be tried. @param {File} file */
function refuse(file) {
  if (file.size === 0) return "This file is empty.";
  if (file.size > Number(drop.dataset.maxBytes)) return `This file is larger than ${drop.dataset.maxSize}.`;
  return "";
}

/** @param {unknown} error */
function errorText(error) {
  if (error instanceof ApiError && error.signedOut) return "You have been signed out. Reload the page to sign in again.";
  if (error instanceof TypeError) return "The server cannot be reached. Try again.";
  return error instanceof Error ? error.message : String(error);
}

/** @param {Row["state"]} state */
const count = (state) => rows.filter((row) => row.state === state).length;

/** Starts what may start, and says how things stand. */
function pump() {
  for (const row of rows.filter(({ state }) => state === "waiting").slice(0, AT_ONCE - count("sending"))) {
    row.run().then(pump);
  }
  const [done, failed] = [count("done"), count("failed")];
  const busy = done + failed < rows.length;
  if (busy) {
    summary.textContent = `${done} of ${rows.length} uploaded`;
  } else if (failed > 0) {
    summary.textContent = `${done} of ${rows.length} uploaded, ${failed} failed`;
  } else if (done > 0) {
    summary.textContent = "Everything is uploaded. Opening your library…";
    location.assign("/");
  }
}

/** @param {Iterable<File>} files */
function add(files) {
  for (const file of files) rows.push(new Row(file));
  pump();
}

/** @param {number} bytes */
function sizeText(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(1).replace(".0", "")} ${units[step - 1]}`;
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

input.addEventListener("change", () => {
  add([...(input.files ?? [])]);
  input.value = "";
});

// The whole page takes files: one dropped beside the field must not replace the page.
for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer?.files ?? []);
});
addEventListener("beforeunload", (event) => {
  if (count("sending") + count("waiting") > 0) event.preventDefault();
});
