// @ts-check
// Cards of unfinished titles, kept up to date. The server renders cards; this only puts new ones in place of old ones.
import { all } from "../dom.js";
import { get, page } from "../session.js";
import { announce } from "../toast.js";
import { hasMoved, takeOver } from "../work.js";

/**
 * Looks once.
 * @param {import("./listing.js").Listing} listing
 * @param {(root: ParentNode) => void} dress
 * @returns {Promise<boolean | "changed">} whether to look again
 */
export async function refreshCards(listing, dress) {
  const list = listing.grid?.dataset.list;
  if (!list || listing.grid?.dataset.deleted !== undefined) return false;
  const { items } = await get(list);
  const changed = differs(items);
  if (changed) {
    // Work is at the head of the list as a rule; what has been scrolled past is looked at only where it is under way too.
    const further = document.querySelector(".card[data-working]") ? listing.pages.slice(1, 4) : [];
    for (const address of [listing.pages[0], ...further]) {
      const fresh = (await page(address)).getElementById("grid");
      if (fresh) update(listing, fresh, dress, address === listing.pages[0]);
    }
  }
  if (!document.querySelector(".card[data-working]")) return false;
  return changed ? "changed" : true;
}

/**
 * Whether the listed titles differ from the cards shown.
 * @param {{id: string, status: string, progress: {done: number} | null}[]} items
 */
function differs(items) {
  const shown = new Map(all(".card").map((card) => [card.dataset.id, card]));
  return items.some(({ id, status, progress }) => {
    const card = shown.get(id);
    return status !== "uploading" && (card?.dataset.status !== status || hasMoved(card, progress?.done));
  });
}

/**
 * @param {import("./listing.js").Listing} listing
 * @param {HTMLElement} fresh the grid of a fresh copy of a page
 * @param {(root: ParentNode) => void} dress
 * @param {boolean} first whether that page is the first one
 */
function update(listing, fresh, dress, first) {
  const shown = new Map(all(".card", listing.results).map((card) => [card.dataset.id, card]));
  const [messages, steps] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
  dress(fresh);
  for (const card of all(".card", fresh).reverse()) {
    const old = shown.get(card.dataset.id);
    const title = card.querySelector(".title")?.textContent;
    if (!old) {
      if (first) listing.grid?.prepend(card);
    } else if (old.dataset.status !== card.dataset.status) {
      const focused = old.contains(document.activeElement);
      const picked = old.querySelector("input")?.checked;
      old.replaceWith(card);
      const box = card.querySelector("input");
      if (box && picked) box.checked = true;
      if (focused) card.querySelector("a")?.focus();
      if (card.dataset.status === "ready") messages.push(`${title} is ready.`);
      if (card.dataset.status === "failed") messages.push(`${title} failed.`);
    } else if (hasMoved(old, card.dataset.done)) {
      steps.push(`${title}: ${takeOver(old, card)}`);
    }
  }
  // Every step of many titles would be more than one can listen to.
  if (steps.length === 1) messages.push(...steps);
  if (messages.length > 0) announce(messages.join(" "));
}
