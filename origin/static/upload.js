// @ts-check
// The upload page: takes files, and shows what former pages have left unfinished.
import { byId, h } from "./dom.js";
import { errorText, get, send } from "./session.js";
import { sizeText } from "./text.js";
import { announce, toast } from "./toast.js";
import { addFiles, isListed, setUnfinished } from "./uploads/list.js";
import { forget, handleOf } from "./uploads/memory.js";

/** @typedef {{id: string, name: string, size: number, created_at: string, expires_at: string}} Upload */

const input = /** @type {HTMLInputElement} */ (byId("files"));
input.addEventListener("change", () => {
  addFiles([...(input.files ?? [])].map((file) => ({ file })));
  input.value = "";
});
const folder = /** @type {HTMLInputElement} */ (byId("folder"));
folder.addEventListener("change", () => {
  addFiles([...(folder.files ?? [])].filter((file) => !file.name.startsWith(".")).map((file) => ({ file })));
  folder.value = "";
});

// Where the browser has a chooser that gives handles, a file is found again after a reload without being chosen again.
const picker = /** @type {{showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>}} */ (/** @type {unknown} */ (window)).showOpenFilePicker;
byId("choose").addEventListener("click", async (event) => {
  if (!picker) return;
  event.preventDefault();
  try {
    const handles = await picker.call(window, { multiple: true });
    addFiles(await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle }))));
  } catch (error) {
    // Closed without a choice.
    if (!(error instanceof DOMException && error.name === "AbortError")) input.click();
  }
});

const section = byId("unfinished");
const list = byId("unfinished-list");

async function showUnfinished() {
  /** @type {{items: Upload[]}} */
  const { items } = await get("/api/uploads");
  const open = items.filter(({ id }) => !isListed(id));
  setUnfinished(open);
  list.replaceChildren(...(await Promise.all(open.map(unfinishedRow))));
  section.hidden = open.length === 0;
}

/** @param {Upload} upload */
async function unfinishedRow(upload) {
  const problem = h("span", { class: "status", role: "alert" });
  const chooser = h("input", { class: "visually-hidden", type: "file", id: `file-${upload.id}` });
  const goOn = (/** @type {File} */ file, /** @type {FileSystemFileHandle | undefined} */ handle) => {
    if (file.size !== upload.size) {
      problem.textContent = `This is another file: ${sizeText(file.size)} instead of ${sizeText(upload.size)}.`;
      return;
    }
    addFiles([{ file, handle }], upload.id);
  };
  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    if (file) goOn(file, undefined);
    chooser.value = "";
  });
  const discard = h("button", { class: "button small danger-quiet", type: "button", "aria-label": `Discard ${upload.name}` }, "Discard");
  discard.addEventListener("click", async () => {
    discard.disabled = true;
    try {
      await send("DELETE", `/api/uploads/${upload.id}`);
      forget(upload.id);
      announce(`${upload.name} discarded`);
    } catch (error) {
      toast(errorText(error), { problem: true });
    }
    await showUnfinished();
  });
  const handle = await handleOf(upload.id);
  const again = handle
    ? h("button", { class: "button small primary", type: "button", onclick: () => reopen(handle, goOn, problem) }, "Go on")
    : h("label", { class: "button small primary", for: chooser.id }, "Choose the file again");
  const until = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date(upload.expires_at));
  return h("li", { class: "transfer" },
    h("span", { class: "title", dir: "auto" }, upload.name), h("span", { class: "size" }, sizeText(upload.size)),
    h("span", { class: "status" }, `Kept until ${until}`), h("span", { class: "row" }, chooser, again, discard), problem);
}

/** @param {any} handle @param {(file: File, handle: FileSystemFileHandle) => void} goOn @param {HTMLElement} problem */
async function reopen(handle, goOn, problem) {
  try {
    if ((await handle.requestPermission({ mode: "read" })) === "granted") goOn(await handle.getFile(), handle);
  } catch {
    problem.textContent = "The file is not where it was. Drop it here to go on.";
  }
}

document.addEventListener("stagedoor:added", () => showUnfinished().catch(() => {}));
showUnfinished().catch((error) => toast(errorText(error), { problem: true }));
