// @ts-check
// What has happened, said in one place: shown for a while at the foot of the page, and read out.
import { byId, h, icon } from "./dom.js";

const SECONDS = 7;
/** Longer where there is something to do about it. */
const SECONDS_WITH_ACTION = 20;

/**
 * @param {string} text
 * @param {{action?: {label: string, run: () => unknown}, problem?: boolean}} [options]
 */
export function toast(text, { action, problem = false } = {}) {
  const element = h("div", { class: problem ? "toast problem" : "toast" }, problem && icon("alert"), h("span", {}, text));
  const close = () => {
    clearTimeout(timer);
    element.remove();
  };
  if (action) {
    const act = () => {
      close();
      action.run();
    };
    element.append(h("button", { class: "button small act", type: "button", onclick: act }, action.label));
  }
  element.append(h("button", { class: "button quiet small only-icon", type: "button", "aria-label": "Dismiss", onclick: close }, icon("close")));
  /** @type {number} */
  let timer;
  // Whoever points at it or has the focus in it is still reading.
  const start = () => {
    clearTimeout(timer);
    timer = window.setTimeout(close, (action ? SECONDS_WITH_ACTION : SECONDS) * 1000);
  };
  for (const type of ["pointerenter", "focusin"]) element.addEventListener(type, () => clearTimeout(timer));
  for (const type of ["pointerleave", "focusout"]) element.addEventListener(type, start);
  const toasts = byId("toasts");
  // What only says something gives way to what is newer; what can be undone stays for its time.
  for (const old of toasts.querySelectorAll(".toast:not(:has(.act))")) old.remove();
  toasts.append(element);
  start();
  return close;
}

/** Says something to those who listen and shows nothing. @param {string} text */
export function announce(text) {
  const news = byId("news");
  // The same text twice is news twice.
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = text));
}

const LATER = "stagedoor.toast";

/**
 * Has the next page say something. `undo` names titles that are to be restored by its button.
 * @param {{text: string, undo?: string[]}} message
 */
export function toastLater(message) {
  sessionStorage.setItem(LATER, JSON.stringify(message));
}

/** What a former page left to be said. @returns {{text: string, undo?: string[]} | undefined} */
export function takeLater() {
  const text = sessionStorage.getItem(LATER);
  sessionStorage.removeItem(LATER);
  return text ? JSON.parse(text) : undefined;
}
