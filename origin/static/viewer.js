// @ts-check
// A photo, as large as the window, larger by click, wheel, pinch or keys; arrows lead to its neighbours.
import { h, icon, takesText } from "./dom.js";

const MOST = 6;
const STEP = 1.5;
/** A finger that moved so far sideways wants the next one, in pixels. */
const SWIPE = 60;

/**
 * @param {HTMLElement} viewer holds the picture
 * @param {{before?: string, after?: string, back?: string, go?: (address: string) => void}} ways addresses, and how to get there
 * @returns {() => void} takes its keys off the page
 */
export function mountViewer(viewer, { before, after, back, go = (address) => location.assign(address) }) {
  const image = /** @type {HTMLImageElement} */ (viewer.querySelector("img"));
  let [scale, x, y] = [1, 0, 0];

  /** @param {number} next @param {number} [atX] @param {number} [atY] the point that stays, from the picture's middle */
  function zoom(next, atX = 0, atY = 0) {
    next = Math.min(MOST, Math.max(1, next));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    move(0, 0);
  }
  /** @param {number} dx @param {number} dy */
  function move(dx, dy) {
    const [roomX, roomY] = [(image.clientWidth * (scale - 1)) / 2, (image.clientHeight * (scale - 1)) / 2];
    x = Math.min(roomX, Math.max(-roomX, x + dx));
    y = Math.min(roomY, Math.max(-roomY, y + dy));
    image.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    viewer.classList.toggle("zoomed", scale > 1);
    // Larger than the window shows: the largest rendition is what one wants to see now.
    if (scale > 1 && image.srcset) image.sizes = "1920px";
    zoomButton.setAttribute("aria-pressed", String(scale > 1));
  }
  const middle = (/** @type {{clientX: number, clientY: number}} */ { clientX, clientY }) => {
    const box = viewer.getBoundingClientRect();
    return /** @type {[number, number]} */ ([clientX - box.left - box.width / 2, clientY - box.top - box.height / 2]);
  };

  const zoomButton = h("button", { class: "zoom", type: "button", "aria-label": "Zoom", "aria-pressed": "false" }, icon("full"));
  zoomButton.addEventListener("click", () => zoom(scale > 1 ? 1 : 2));
  viewer.append(zoomButton);
  for (const [way, name, side] of /** @type {const} */ ([[before, "Previous", "left"], [after, "Next", "right"]])) {
    if (way) viewer.append(h("a", { class: `side ${side}`, href: way, "aria-label": name, rel: side === "left" ? "prev" : "next" }, icon(side)));
  }

  pinch(image, {
    move,
    zoom: (factor, at) => zoom(scale * factor, ...middle(at)),
    click: (at) => zoom(scale > 1 ? 1 : 2.5, ...middle(at)),
    swipe: (dx) => {
      const way = dx > 0 ? before : after;
      if (scale === 1 && way) go(way);
    },
  });
  viewer.addEventListener("wheel", (event) => {
    // Without Ctrl (which is what a pinch on a trackpad says) the wheel moves the page, or a picture that is zoomed.
    if (!event.ctrlKey && scale === 1) return;
    event.preventDefault();
    if (event.ctrlKey) zoom(scale * Math.exp(-event.deltaY / 200), ...middle(event));
    else move(-event.deltaX, -event.deltaY);
  }, { passive: false });

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (takesText(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], [popover]:popover-open")) return;
    const zoomed = scale > 1;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => (zoomed ? move(80, 0) : before && go(before)),
      ArrowRight: () => (zoomed ? move(-80, 0) : after && go(after)),
      ArrowUp: () => zoomed && move(0, 80),
      ArrowDown: () => zoomed && move(0, -80),
      "+": () => zoom(scale * STEP),
      "=": () => zoom(scale * STEP),
      "-": () => zoom(scale / STEP),
      0: () => zoom(1),
      z: () => zoom(zoomed ? 1 : 2),
      Escape: () => (zoomed ? zoom(1) : back && go(back)),
    };
    const act = acts[event.key];
    if (!act || (!zoomed && (event.key === "ArrowUp" || event.key === "ArrowDown"))) return;
    event.preventDefault();
    act();
  }
  addEventListener("keydown", key);
  return () => removeEventListener("keydown", key);
}

/**
 * One pointer drags or clicks, two pinch.
 * @param {HTMLElement} image
 * @param {{move: (dx: number, dy: number) => void, zoom: (factor: number, at: {clientX: number, clientY: number}) => void, click: (at: PointerEvent) => void, swipe: (dx: number) => void}} to
 */
function pinch(image, to) {
  /** @type {Map<number, PointerEvent>} */
  const pointers = new Map();
  let [dragged, startX] = [0, 0];
  const apart = () => {
    const [a, b] = [...pointers.values()];
    return { distance: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), at: { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 } };
  };
  image.addEventListener("dragstart", (event) => event.preventDefault());
  image.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) [dragged, startX] = [0, event.clientX];
    pointers.set(event.pointerId, event);
    image.setPointerCapture(event.pointerId);
  });
  image.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    if (pointers.size === 2) {
      const before = apart();
      pointers.set(event.pointerId, event);
      const now = apart();
      if (before.distance > 0) to.zoom(now.distance / before.distance, now.at);
      dragged = Infinity;
      return;
    }
    const [dx, dy] = [event.clientX - last.clientX, event.clientY - last.clientY];
    dragged += Math.abs(dx) + Math.abs(dy);
    pointers.set(event.pointerId, event);
    to.move(dx, dy);
  });
  image.addEventListener("pointerup", (event) => {
    if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
    const dx = event.clientX - startX;
    if (dragged < 6) to.click(event);
    else if (Number.isFinite(dragged) && Math.abs(dx) > SWIPE && event.pointerType === "touch") to.swipe(dx);
  });
  image.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
}
