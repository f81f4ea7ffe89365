// @ts-check
// The list of results: pages that the server rendered, put in place of or behind what is there. Every one of them has an
// address of its own, so that all of it works by links too.
import { announce } from "../toast.js";
import { all, byId } from "../dom.js";
import { count } from "../text.js";
import { errorText, page } from "../session.js";
import { toast } from "../toast.js";

/** Pages that are loaded again when one comes back to a long list. */
const MOST_PAGES = 20;

export class Listing {
  /** Addresses of the pages that are shown, the first of them this page's own. @type {string[]} */
  pages = [location.pathname + location.search];
  /** @type {AbortController | undefined} */
  #under;
  #sight = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) this.more();
  }, { rootMargin: "1200px" });

  /** @param {HTMLElement} results @param {(root: ParentNode) => void} dress is told of what has come */
  constructor(results, dress) {
    this.results = results;
    this.dress = dress;
    this.#observe();
    addEventListener("pagehide", () => this.#remember());
  }

  get grid() {
    return document.getElementById("grid");
  }

  #observe() {
    this.#sight.disconnect();
    const more = document.getElementById("more");
    if (more) this.#sight.observe(more);
  }

  /** Shows another list. @param {string} address @param {{quiet?: boolean}} [options] `quiet`: nothing is said */
  async show(address, { quiet = false } = {}) {
    this.#under?.abort();
    const under = (this.#under = new AbortController());
    this.results.setAttribute("aria-busy", "true");
    try {
      const fresh = (await page(address, { signal: under.signal })).getElementById("results");
      if (!fresh || this.#under !== under) return;
      this.results.replaceChildren(...fresh.childNodes);
      this.pages = [address];
      this.dress(this.results);
      this.#observe();
      const cards = all(".card", this.results).length;
      const more = document.getElementById("more") ? "The first " : "";
      if (!quiet) announce(cards ? `${more}${count(cards, "title")}` : "Nothing found");
    } catch (error) {
      if (!under.signal.aborted) toast(errorText(error), { problem: true });
    } finally {
      if (this.#under === under) this.results.removeAttribute("aria-busy");
    }
  }

  /** The same once more, as it is now. */
  reload() {
    return this.show(this.pages[0], { quiet: true });
  }

  /** Puts the next page behind the others. */
  async more() {
    const nav = document.getElementById("more");
    const link = nav?.querySelector("a");
    const grid = this.grid;
    if (!nav || !link || !grid || nav.dataset.busy !== undefined) return;
    nav.dataset.busy = "";
    const under = this.#under;
    try {
      const address = link.getAttribute("href") ?? "";
      const fresh = await page(address);
      if (under !== this.#under || !nav.isConnected) return;
      const list = fresh.getElementById("grid");
      if (list) {
        this.dress(list);
        // Titles that were added meanwhile push others on to the next page: none is shown twice.
        const shown = new Set(all(".card", grid).map((card) => card.dataset.id));
        grid.append(...all(".card", list).filter((card) => !shown.has(card.dataset.id)));
        this.pages.push(address);
      }
      const next = fresh.getElementById("more");
      if (next) nav.replaceWith(next);
      else nav.remove();
      this.#observe();
    } catch {
      // The link is still there to be clicked.
      delete nav.dataset.busy;
    }
  }

  #remember() {
    history.replaceState({ pages: this.pages.length, top: scrollY }, "");
  }

  /** Makes the list as long as it was when one left it, and goes to where one was. */
  async takeUpAgain() {
    const { pages, top } = history.state ?? {};
    if (!(pages > 1)) return;
    history.scrollRestoration = "manual";
    while (this.pages.length < Math.min(pages, MOST_PAGES) && document.getElementById("more")) {
      const before = this.pages.length;
      await this.more();
      if (this.pages.length === before) break;
    }
    scrollTo({ top });
  }

  /** Takes cards away, and says so where none is left. @param {Set<string>} ids */
  remove(ids) {
    for (const card of all(".card", this.results)) if (ids.has(card.dataset.id ?? "")) card.remove();
    if (!this.results.querySelector(".card")) this.reload();
    byId("main").focus({ preventScroll: true });
  }
}
