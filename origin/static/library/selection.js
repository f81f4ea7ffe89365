// @ts-check
// Several titles at once: picked by their boxes, with Shift from one to the other.
import { all, byId, h, takesText } from "../dom.js";
import { count } from "../text.js";
import { announce } from "../toast.js";
import { collect, download, remove, restore } from "./actions.js";

export class Selection {
  /** The box that was clicked last: with Shift, all between it and the next are. @type {HTMLInputElement | undefined} */
  #last;

  /** @param {HTMLElement} results @param {HTMLElement} bar */
  constructor(results, bar) {
    this.results = results;
    this.bar = bar;
    bar.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button) this.#act(button.dataset.act);
    });
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.cards.length > 0 && !takesText(event.target) && !document.querySelector("dialog[open]")) this.clear();
    });
    new MutationObserver(() => this.show()).observe(results, { childList: true, subtree: true });
  }

  /** Gives cards their boxes. @param {ParentNode} root */
  decorate(root) {
    for (const card of all(".card:not(:has(.pick))", root)) {
      const box = h("input", { type: "checkbox", "aria-labelledby": `pick t-${card.dataset.id}` });
      box.addEventListener("click", (event) => this.#toggle(box, event.shiftKey));
      card.append(h("label", { class: "pick" }, box));
    }
  }

  /** @param {HTMLInputElement} box @param {boolean} range */
  #toggle(box, range) {
    const boxes = /** @type {HTMLInputElement[]} */ (all(".pick input", this.results));
    const [from, to] = [this.#last ? boxes.indexOf(this.#last) : -1, boxes.indexOf(box)];
    if (range && from >= 0) {
      for (const between of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) between.checked = box.checked;
    }
    this.#last = box;
    this.show();
    announce(`${count(this.cards.length, "title")} selected`);
  }

  /** The cards that are picked, in their order. */
  get cards() {
    return all(".card:has(.pick input:checked)", this.results);
  }

  show() {
    const { length } = this.cards;
    this.bar.hidden = length === 0;
    this.results.classList.toggle("picking", length > 0);
    byId("selected").textContent = `${length} selected`;
  }

  clear() {
    const focused = this.bar.contains(document.activeElement);
    for (const box of /** @type {HTMLInputElement[]} */ (all(".pick input:checked", this.results))) box.checked = false;
    this.show();
    if (focused) this.#last?.focus();
  }

  /** @param {string | undefined} act */
  async #act(act) {
    const picked = this.cards.map((card) => ({
      id: card.dataset.id ?? "",
      title: card.querySelector(".title")?.textContent ?? "",
      own: card.dataset.own !== undefined,
    }));
    if (act === "clear" || picked.length === 0) return this.clear();
    this.bar.dataset.busy = "";
    try {
      if (act === "delete") await remove(picked);
      if (act === "restore") await restore(picked);
      if (act === "download") await download(picked);
      if (act === "collect") await collect(picked, () => this.clear());
      if (act === "download") this.clear();
    } finally {
      delete this.bar.dataset.busy;
    }
  }
}
