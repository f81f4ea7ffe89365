// @ts-check
// One collection: put in order by dragging and by keys, named, shared.
import { ask, field, formDialog } from "./dialog.js";
import { all, byId, h } from "./dom.js";
import { rememberList } from "./neighbours.js";
import { sortable } from "./order.js";
import { ApiError, errorText, get, send } from "./session.js";
import { shareLinks } from "./share.js";
import { sharingDialog } from "./sharing.js";
import { showLikenesses } from "./thumbhash.js";
import { toast, toastLater } from "./toast.js";

const root = byId("collection");
const id = root.dataset.id ?? "";
const address = `/api/collections/${id}`;
const title = () => root.querySelector("h1")?.textContent ?? "";
let version = Number(root.dataset.version);

showLikenesses(root);
root.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("#items a")) rememberList(all("#items > li").map((item) => item.dataset.id ?? ""));
});

/** @param {Record<string, unknown>} change @returns {Promise<any>} */
async function change(change) {
  const fresh = await send("PATCH", address, { ...change, version });
  version = fresh.version;
  return fresh;
}

/** @param {unknown} error */
function say(error) {
  if (error instanceof ApiError && error.reason === "stale") {
    toast("This collection was changed elsewhere.", { problem: true, action: { label: "Load it again", run: () => location.reload() } });
  } else {
    toast(errorText(error), { problem: true });
  }
}

const items = document.getElementById("items");
if (items && root.dataset.own !== undefined) {
  // A title that the page does not show (deleted, or on its way) keeps its place behind those it does.
  const ids = () => {
    const shown = all(":scope > li", items).map((item) => item.dataset.id ?? "");
    const hidden = (root.dataset.hidden ?? "").split(" ").filter(Boolean);
    return [...shown, ...hidden];
  };
  let last = Promise.resolve();
  // One after the other: each change stands on the version that the one before has made.
  const save = () => (last = last.then(() => change({ items: ids() })).then(() => {}, say));
  sortable(items, {
    moved: save,
    removed(item) {
      const next = item.nextElementSibling;
      item.remove();
      save();
      toast(`Taken out of the collection`, { action: { label: "Undo", run: () => { items.insertBefore(item, next); save(); } } });
      if (items.children.length === 0) location.reload();
    },
  });
}

/** @type {Record<string, () => unknown>} */
const acts = {
  rename() {
    formDialog("Rename this collection", [field("Name", h("input", { name: "title", value: title(), required: true, maxlength: 200, autocomplete: "off", dir: "auto" }))], {
      button: "Save",
      async send(data) {
        const fresh = await change({ title: data.get("title") });
        for (const heading of all("h1", root)) heading.textContent = fresh.title;
        document.title = `${fresh.title} · Stagedoor`;
      },
    });
  },
  share: () => shareLinks({ collection: id }, title()),
  async people() {
    const [collection, profile] = await Promise.all([get(address), get("/api/profile")]);
    sharingDialog(collection.sharing, profile.groups, async (sharing) => {
      await change({ sharing });
      toastLater({ text: "Sharing is changed" });
      location.reload();
    });
  },
  async delete() {
    if (!(await ask({ title: "Delete this collection?", text: "Its titles stay in your library. Links to the collection open nothing any more.", button: "Delete", danger: true }))) return;
    await send("DELETE", address);
    toastLater({ text: `Deleted “${title()}”` });
    location.assign("/collections");
  },
};
const actions = document.getElementById("actions");
if (actions) actions.hidden = false;
for (const button of all("[data-act]", actions ?? root)) {
  button.addEventListener("click", async () => {
    try {
      await acts[button.dataset.act ?? ""]?.();
    } catch (error) {
      say(error);
    }
  });
}
