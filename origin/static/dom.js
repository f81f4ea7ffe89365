// @ts-check
// Elements, made and found.

/** Drawings on a grid of 24, in the manner of templates/icons. */
const ICONS = {
  alert: "M12 8.5v4.5M12 16.4v.1M10.3 4 2.9 17a2 2 0 0 0 1.7 3h14.8a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0z",
  captions: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM10.5 10.6a2 2 0 1 0 0 2.8M17.5 10.6a2 2 0 1 0 0 2.8",
  close: "M6 6l12 12M18 6 6 18",
  down: "m6 9.5 6 6 6-6",
  drag: "M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1",
  file: "M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  help: "M9.2 9a2.8 2.8 0 1 1 4 2.6c-.8.4-1.2 1-1.2 1.9M12 17v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  left: "m15 5-7 7 7 7",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  next: "M6 5.5v13l9-6.5zM18.5 5.5v13",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  picture: "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM12.5 12.5h5.5v3.5h-5.5z",
  play: "M8 5.5v13l10.5-6.5z",
  right: "m9 5 7 7-7 7",
  small: "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  up: "m6 14.5 6-6 6 6",
};

/** @typedef {keyof typeof ICONS} IconName */

const SVG = "http://www.w3.org/2000/svg";

/** @param {IconName} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Changes what an icon shows. @param {Element} svg @param {IconName} name */
export function setIcon(svg, name) {
  svg.querySelector("path")?.setAttribute("d", ICONS[name]);
}

/**
 * An element. `on…` attributes are listeners; `true` is an empty attribute; `false`, `null` and `undefined` are none,
 * but for `aria-…`, which are spelt out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") && value !== null && value !== undefined) element.setAttribute(name, String(value));
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element of that id, which the page is known to have. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/**
 * All elements that a selector finds.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector @param {ParentNode} [root]
 * @returns {T[]}
 */
export function all(selector, root = document) {
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)]);
}

/** Whether keys go into text here, where they are no commands. @param {EventTarget | null} target */
export function takesText(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button", "submit", "file"].includes(target.type);
}
