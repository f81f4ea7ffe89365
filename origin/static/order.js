// @ts-check
// A list that is put in order: by dragging a handle, or by buttons for those who don't drag.
import { all, h, icon } from "./dom.js";
import { announce } from "./toast.js";

/**
 * @param {HTMLElement} list its children are the items, each with a `.title`
 * @param {{moved: () => void, removed: (item: HTMLElement) => void}} told
 */
export function sortable(list, { moved, removed }) {
  const name = (/** @type {Element} */ item) => item.querySelector(".title")?.textContent ?? "";

  /** @param {HTMLElement} item @param {-1 | 1} step @param {HTMLElement} button */
  function move(item, step, button) {
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    // Moving an element takes the focus off it.
    button.focus();
    update();
    announce(`${name(item)} is number ${[...list.children].indexOf(item) + 1} of ${list.children.length}`);
    moved();
  }

  function update() {
    const items = all(":scope > li", list);
    items.forEach((item, at) => {
      const [up, down] = all(".move", item);
      up.setAttribute("aria-disabled", String(at === 0));
      down.setAttribute("aria-disabled", String(at === items.length - 1));
    });
  }

  for (const item of all(":scope > li", list)) {
    const up = h("button", { class: "button quiet small only-icon move", type: "button", "aria-label": `Move up: ${name(item)}` }, icon("up"));
    const down = h("button", { class: "button quiet small only-icon move", type: "button", "aria-label": `Move down: ${name(item)}` }, icon("down"));
    const out = h("button", { class: "button quiet small only-icon", type: "button", "aria-label": `Take out: ${name(item)}`, title: "Take out" }, icon("close"));
    const handle = h("span", { class: "handle", "aria-hidden": "true", title: "Drag" }, icon("drag"));
    up.addEventListener("click", () => move(item, -1, up));
    down.addEventListener("click", () => move(item, 1, down));
    out.addEventListener("click", () => removed(item));
    handle.addEventListener("pointerdown", (event) => drag(event, item, handle));
    item.prepend(handle);
    item.append(h("span", { class: "tools" }, up, down, out));
  }
  new MutationObserver(update).observe(list, { childList: true });
  update();

  /** By pointer events, which fingers give as mice do. @param {PointerEvent} event @param {HTMLElement} item @param {HTMLElement} handle */
  function drag(event, item, handle) {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    item.classList.add("dragged");
    const before = item.nextElementSibling;
    const follow = (/** @type {PointerEvent} */ { clientY }) => {
      if (clientY < 80) scrollBy(0, -12);
      if (clientY > innerHeight - 60) scrollBy(0, 12);
      const under = all(":scope > li", list).find((other) => {
        const box = other.getBoundingClientRect();
        return other !== item && clientY > box.top && clientY < box.bottom;
      });
      if (!under) return;
      const box = under.getBoundingClientRect();
      // Past its middle only, so that two of different heights do not change places to and fro.
      const above = clientY < box.top + box.height / 2;
      if (above && under.previousElementSibling !== item) under.before(item);
      if (!above && under.nextElementSibling !== item) under.after(item);
    };
    const end = () => {
      handle.removeEventListener("pointermove", follow);
      item.classList.remove("dragged");
      if (item.nextElementSibling !== before) moved();
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
}
