// @ts-check
// Keeps the cards of unfinished titles up to date. The server renders cards; this only puts new ones in place of old ones.
import { localizeDays } from "./days.js";
import { poll } from "./poll.js";
import { renewForImages, request } from "./session.js";

const grid = document.getElementById("grid");
const news = document.getElementById("news");

/** @param {ParentNode} root @returns {HTMLElement[]} */
const cardsIn = (root) => [...root.querySelectorAll("li.card")].map((card) => /** @type {HTMLElement} */ (card));

/** Whether the listed titles differ from the cards shown. @param {{id: string, status: string}[]} items */
function changed(items) {
  const shown = new Map(cardsIn(document).map((card) => [card.dataset.id, card.dataset.status]));
  return items.some(({ id, status }) => status !== "uploading" && shown.get(id) !== status);
}

/** Puts the cards of a fresh copy of this page where they differ. @param {HTMLElement} fresh its grid */
function update(fresh) {
  const shown = new Map(cardsIn(document).map((card) => [card.dataset.id, card]));
  const messages = [];
  localizeDays(fresh);
  for (const card of cardsIn(fresh).reverse()) {
    const old = shown.get(card.dataset.id);
    if (!old) {
      grid?.prepend(card);
    } else if (old.dataset.status !== card.dataset.status) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(card);
      if (focused) card.querySelector("a")?.focus();
      const title = card.querySelector(".title")?.textContent;
      if (card.dataset.status === "ready") messages.push(`${title} is ready.`);
      if (card.dataset.status === "failed") messages.push(`${title} failed.`);
    }
  }
  if (news && messages.length > 0) news.textContent = messages.join(" ");
}

async function look() {
  const list = await (await request(grid?.dataset.list ?? "")).json();
  if (changed(list.items)) {
    const page = await (await request(location.href)).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("grid");
    if (fresh) update(fresh);
  }
  return document.querySelector("[data-working]") !== null;
}

localizeDays(document);
renewForImages();
if (document.querySelector("[data-working]")) poll(look);
