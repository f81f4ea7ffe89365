// @ts-check
// A button that opens a short list to choose one from.
import { h } from "../dom.js";

let made = 0;

/**
 * @param {string} label @param {string} text
 * @param {() => {text: string, on: boolean, act: () => unknown}[]} choices asked for each time it opens
 * @returns {{button: HTMLButtonElement, element: HTMLElement}}
 */
export function menuButton(label, text, choices) {
  const id = `choices-${++made}`;
  const list = h("div", { class: "choices", id, popover: true, role: "menu", "aria-label": label });
  const button = h("button", { type: "button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" }, text);
  const close = () => {
    list.hidePopover();
    button.focus();
  };
  button.addEventListener("click", () => {
    if (list.matches(":popover-open")) return close();
    list.replaceChildren(...choices().map(({ text: name, on, act }) =>
      h("button", { type: "button", role: "menuitemradio", "aria-checked": on, onclick: () => { act(); close(); } }, name)));
    list.showPopover();
    const box = button.getBoundingClientRect();
    list.style.left = `${Math.max(8, Math.min(innerWidth - list.offsetWidth - 8, box.left + box.width / 2 - list.offsetWidth / 2))}px`;
    list.style.top = `${Math.max(8, box.top - list.offsetHeight - 8)}px`;
    /** @type {HTMLElement | null} */ (list.querySelector("[aria-checked=true]") ?? list.firstElementChild)?.focus();
  });
  list.addEventListener("toggle", () => button.setAttribute("aria-expanded", String(list.matches(":popover-open"))));
  list.addEventListener("keydown", (event) => {
    const items = /** @type {HTMLElement[]} */ ([...list.children]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    event.stopPropagation();
    if (step) {
      event.preventDefault();
      items[(at + step + items.length) % items.length].focus();
    } else if (event.key === "Tab" || event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  return { button, element: h("span", { class: "choice" }, button, list) };
}
