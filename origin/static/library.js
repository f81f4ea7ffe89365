// @ts-check
// The library: searched and filtered in place, longer as one scrolls, up to date while titles are processed.
import { localizeDays } from "./days.js";
import { all, byId } from "./dom.js";
import { filterInPlace } from "./library/filters.js";
import { Listing } from "./library/listing.js";
import { refreshCards } from "./library/refresh.js";
import { Selection } from "./library/selection.js";
import { rememberList } from "./neighbours.js";
import { poll } from "./poll.js";
import { showLikenesses } from "./thumbhash.js";

const results = byId("results");
const selection = new Selection(results, byId("selection"));

/** What is done to cards that have just come. @param {ParentNode} root */
function dress(root) {
  localizeDays(root);
  showLikenesses(root);
  selection.decorate(root);
  watchWork();
}

let watching = false;
/** Looks after what is being processed, as long as anything is. */
function watchWork() {
  if (watching || !document.querySelector("[data-working]")) return;
  watching = true;
  poll(async () => {
    const more = await refreshCards(listing, dress);
    watching = Boolean(more);
    return more;
  });
}

const listing = new Listing(results, dress);
filterInPlace(listing);
dress(results);
listing.takeUpAgain();

// The viewer goes to and fro in the list that one came from.
results.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest(".card a")) {
    rememberList(all(".card[data-id]", results).map((card) => card.dataset.id ?? ""));
  }
});

document.addEventListener("stagedoor:uploaded", () => listing.reload());
document.addEventListener("stagedoor:changed", () => listing.reload());
