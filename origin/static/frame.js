// @ts-check
// What every page does: days in the reader's own zone, what a former page left to say, and files taken wherever they drop.
import { localizeDays } from "./days.js";
import { all, takesText } from "./dom.js";
import { errorText, renewForImages, send } from "./session.js";
import { takeLater, toast } from "./toast.js";
import { filesOf } from "./uploads/files.js";

localizeDays(document);
renewForImages();

const later = takeLater();
if (later) {
  const { undo } = later;
  const restore = async () => {
    try {
      await Promise.all((undo ?? []).map((id) => send("POST", `/api/media/${id}/restore`)));
      location.reload();
    } catch (error) {
      toast(errorText(error), { problem: true });
    }
  };
  toast(later.text, undo ? { action: { label: "Undo", run: restore } } : {});
}

/** Sends files, in the list of the upload page or in a dock at the foot of any other. @param {Promise<import("./uploads/files.js").Chosen[]>} chosen */
async function upload(chosen) {
  const { addFiles } = await import("./uploads/list.js");
  addFiles(await chosen);
}

/** Whether files are what is being dragged, and not a card or a text. @param {DragEvent} event */
const bringsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
const mayUpload = document.body.dataset.person !== undefined;

// One dropped beside every field must not replace the page.
for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (event) => {
    if (!bringsFiles(/** @type {DragEvent} */ (event))) return;
    event.preventDefault();
    document.body.classList.toggle("over", mayUpload);
  });
}
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("over");
});
addEventListener("drop", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  document.body.classList.remove("over");
  if (mayUpload && event.dataTransfer) upload(filesOf(event.dataTransfer));
});
addEventListener("paste", (event) => {
  if (!mayUpload || takesText(event.target) || !event.clipboardData?.files.length) return;
  event.preventDefault();
  upload(filesOf(event.clipboardData));
});

// A link of the menu leaves the page or jumps within it: either way the menu is done.
for (const item of all("#menu a")) item.addEventListener("click", () => /** @type {HTMLElement | null} */ (item.closest("[popover]"))?.hidePopover());
