// @ts-check
// The page of one title: the film or the photo, and what its owner can do with it.
import { addToCollection } from "./collect.js";
import { byId } from "./dom.js";
import { editTitle } from "./edit.js";
import { neighboursOf } from "./neighbours.js";
import { mountPlayer } from "./player/player.js";
import { poll } from "./poll.js";
import { errorText, get, page, post, send } from "./session.js";
import { shareLinks } from "./share.js";
import { toast, toastLater } from "./toast.js";
import { mountViewer } from "./viewer.js";
import { hasMoved, takeOver } from "./work.js";

const title = byId("title");
const id = title.dataset.id ?? "";
const collection = title.dataset.collection;
const query = collection ? `?collection=${encodeURIComponent(collection)}` : "";
const address = `/api/media/${id}${query}`;
const name = title.querySelector("h1")?.textContent ?? "";

const beside = neighboursOf(id);
const back = /** @type {HTMLAnchorElement} */ (byId("back"));
if (!collection) back.href = beside.from;

/** @param {string | undefined} other */
const pageOf = (other) => (other ? `/watch/${other}` : undefined);
const link = (/** @type {string} */ rel) => title.querySelector(`.series a[rel=${rel}]`)?.getAttribute("href") ?? undefined;
const before = collection ? link("prev") : pageOf(beside.before);
const after = collection ? link("next") : pageOf(beside.after);

const player = document.getElementById("player");
const viewer = document.getElementById("viewer");
if (player) {
  mountPlayer(player, {
    title: name,
    before,
    after,
    /** Only a collection is something to be played through. */
    afterTitle: collection ? title.querySelector(".series a[rel=next] .title")?.textContent ?? undefined : undefined,
    renew: () => get(address),
    // Plays are counted by the passes that are asked for; this page's own links need none.
    began: () => post(`/api/media/${id}/play${query}`),
    position: {
      read: async () => (await get(`/api/media/${id}/position${query}`)).seconds,
      write: (seconds) => send("PUT", `/api/media/${id}/position${query}`, { seconds }, { keepalive: true }),
    },
  });
}
if (viewer) mountViewer(viewer, { before, after, back: back.href });

const status = title.dataset.status;
if (status === "uploading" || status === "uploaded" || status === "processing") {
  poll(async () => {
    const media = await get(address);
    if (media.status !== status) {
      location.reload();
      return false;
    }
    if (!hasMoved(title, media.progress?.done)) return true;
    const fresh = (await page(location.pathname + location.search)).getElementById("title");
    if (fresh) takeOver(title, fresh);
    return "changed";
  });
}

/** @type {Record<string, () => unknown>} */
const acts = {
  share: () => shareLinks({ media: id }, name),
  edit: () => editTitle(id),
  collect: () => addToCollection([id]),
  async delete() {
    await send("DELETE", `/api/media/${id}`);
    toastLater({ text: `Deleted “${name}”`, undo: [id] });
    location.assign(back.href);
  },
  async retry() {
    await send("POST", `/api/media/${id}/retry`);
    location.reload();
  },
};
document.getElementById("actions")?.removeAttribute("hidden");
for (const button of title.querySelectorAll("[data-act]")) {
  button.removeAttribute("hidden");
  button.addEventListener("click", async () => {
    try {
      await acts[/** @type {HTMLElement} */ (button).dataset.act ?? ""]?.();
    } catch (error) {
      toast(errorText(error), { problem: true });
    }
  });
}
