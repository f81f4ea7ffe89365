// @ts-check
// The list of uploads: on the upload page a part of it, on every other page a dock at the foot.
import { byId, h, icon } from "../dom.js";
import { Row } from "./row.js";
import { IN_PARTS } from "./transfer.js";

const AT_ONCE = 3;

/** @type {Row[]} */
const rows = [];
/** @type {{summary: HTMLElement, queue: HTMLElement, maxBytes: number} | undefined} */
let place;

/** Where the list is shown. */
function placed() {
  if (place) return place;
  const drop = document.getElementById("drop");
  if (drop) return (place = { summary: byId("summary"), queue: byId("queue"), maxBytes: Number(drop.dataset.maxBytes) });
  const queue = h("ul", { class: "queue", role: "list", "aria-label": "Files" });
  const summary = h("p", { class: "summary", role: "status" });
  const fold = h("button", { class: "button quiet small only-icon", type: "button", "aria-label": "Show or hide the files", "aria-expanded": "true" }, icon("down"));
  fold.addEventListener("click", () => {
    queue.hidden = !queue.hidden;
    fold.setAttribute("aria-expanded", String(!queue.hidden));
  });
  const close = h("button", { class: "button quiet small only-icon", type: "button", "aria-label": "Close the list of uploads" }, icon("close"));
  const dock = h("section", { class: "dock", "aria-label": "Uploads" }, h("div", { class: "dock-head" }, summary, fold, close), queue);
  close.addEventListener("click", () => {
    dock.hidden = true;
  });
  document.head.append(h("link", { rel: "stylesheet", href: new URL("../upload.css", import.meta.url).pathname }));
  document.body.append(dock);
  return (place = { summary, queue, maxBytes: Infinity });
}

/** @param {Row["state"]} state */
const inState = (state) => rows.filter((row) => row.state === state);

/** Starts what may start, and says how things stand. */
function pump() {
  const sending = inState("sending");
  let big = sending.some((row) => row.file.size > IN_PARTS);
  let free = AT_ONCE - sending.length;
  for (const row of inState("waiting")) {
    if (free <= 0) break;
    // It has several parts on the way at once: one such file is enough at a time.
    const large = row.file.size > IN_PARTS;
    if (large && big) continue;
    big ||= large;
    free -= 1;
    row.run();
  }
  const shown = rows.filter((row) => row.state !== "cancelled");
  const [done, failed, paused] = [inState("done").length, inState("failed").length, inState("paused").length];
  const busy = done + failed + paused < shown.length;
  const parts = [busy && `${done} of ${shown.length} uploaded`, !busy && done > 0 && (done === shown.length ? "Everything is uploaded." : `${done} of ${shown.length} uploaded`), paused > 0 && `${paused} paused`, failed > 0 && `${failed} failed`];
  const text = parts.filter(Boolean).join(", ");
  const { summary } = placed();
  if (summary.dataset.text !== text) {
    summary.dataset.text = text;
    const library = !busy && done > 0 && location.pathname === "/upload" ? h("a", { href: "/" }, "Open your library") : "";
    summary.replaceChildren(text, library && " ", library);
  }
  if (!busy && done > 0) told(done);
}

let said = 0;
/** Tells the page once that something new is there. @param {number} done */
function told(done) {
  if (said === done) return;
  said = done;
  document.dispatchEvent(new Event("stagedoor:uploaded"));
}

let queued = false;
/** Rows change several at a time; one look is enough. */
function soon() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    pump();
  });
}

/**
 * Puts files on the list and begins.
 * @param {import("./files.js").Chosen[]} chosen
 * @param {string} [id] of the upload that the file was begun as
 */
export function addFiles(chosen, id) {
  if (chosen.length === 0) return;
  const { queue, maxBytes } = placed();
  const dock = queue.closest(".dock");
  if (dock instanceof HTMLElement) dock.hidden = false;
  for (const one of chosen) {
    const upload = id ?? begun(one.file);
    const row = new Row(one, { id: upload, maxBytes, changed: soon });
    rows.push(row);
    queue.append(row.element);
  }
  document.dispatchEvent(new CustomEvent("stagedoor:added"));
}

/** Uploads of former pages that wait for their files. @type {{id: string, name: string, size: number}[]} */
let unfinished = [];

/** @param {{id: string, name: string, size: number}[]} uploads */
export function setUnfinished(uploads) {
  unfinished = uploads;
}

/** Whether an upload is on the list. @param {string} id */
export function isListed(id) {
  return rows.some((row) => row.transfer.id === id && row.state !== "cancelled");
}

/** The upload that a file is chosen for again; what has arrived is compared, so a namesake does no harm. @param {File} file */
function begun(file) {
  return unfinished.find(({ id, name, size }) => name === file.name && size === file.size && !isListed(id))?.id;
}

addEventListener("beforeunload", (event) => {
  if (inState("sending").length + inState("waiting").length > 0) event.preventDefault();
});
