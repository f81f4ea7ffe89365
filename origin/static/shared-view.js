// @ts-check
// A title, or a collection title by title, as a share link shows it: by the same player and viewer as everywhere.
import { h } from "./dom.js";
import { mountPlayer } from "./player/player.js";
import { clockText } from "./text.js";
import { mountViewer } from "./viewer.js";

const HLS = "application/vnd.apple.mpegurl";

/** @type {() => void} */
let end = () => {};

/** @param {HTMLElement} stage @param {import("./shared.js").Opened} opened */
export function showLink(stage, opened) {
  if (opened.kind === "media") {
    document.title = `${opened.media.title} · Stagedoor`;
    stage.replaceChildren(h("article", { class: "watch" }, ...titleOf(opened.media)));
    mount(stage, opened.media, {});
    return;
  }
  document.title = `${opened.title} · Stagedoor`;
  if (opened.items.length === 0) {
    stage.replaceChildren(h("section", { class: "empty" }, h("h1", { dir: "auto" }, opened.title), h("p", {}, "There is nothing in this collection now.")));
    return;
  }
  const main = h("div", { class: "shared-main" });
  const entries = opened.items.map((item, at) => h("li", {}, h("button", { type: "button", onclick: () => show(at, true) },
    h("span", { class: "frame" }, item.thumb && h("img", { src: item.thumb, alt: "", loading: "lazy" })),
    h("span", {}, h("span", { class: "title", dir: "auto" }, item.title), item.duration_ms && h("span", { class: "day" }, clockText(item.duration_ms / 1000))))));
  const list = h("aside", { class: "series", "aria-label": "Titles of this collection" }, h("h1", { dir: "auto" }, opened.title), h("ol", {}, ...entries));
  stage.replaceChildren(h("article", { class: "watch with-series" }, main, list));

  /** @param {number} at @param {boolean} play */
  function show(at, play) {
    const item = opened.kind === "collection" && opened.items[at];
    if (!item) return;
    end();
    main.replaceChildren(...titleOf(item));
    entries.forEach((entry, n) => entry.querySelector("button")?.toggleAttribute("aria-current", n === at));
    const go = (/** @type {string} */ place) => show(Number(place), true);
    const count = entries.length;
    mount(main, item, {
      before: at > 0 ? String(at - 1) : undefined,
      after: at < count - 1 ? String(at + 1) : undefined,
      afterTitle: opened.kind === "collection" ? opened.items[at + 1]?.title : undefined,
      go,
    });
    for (const link of main.querySelectorAll(".side")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        go(link.getAttribute("href") ?? "");
      });
    }
    if (play) main.querySelector("video")?.play().catch(() => {});
  }
  show(0, false);
}

/** @param {HTMLElement} root @param {any} media @param {{before?: string, after?: string, afterTitle?: string, go?: (place: string) => void}} ways */
function mount(root, media, ways) {
  const player = /** @type {HTMLElement | null} */ (root.querySelector(".player"));
  const viewer = /** @type {HTMLElement | null} */ (root.querySelector(".viewer"));
  end = () => {};
  if (player) end = mountPlayer(player, { title: media.title, ...ways });
  if (viewer) end = mountViewer(viewer, ways);
}

/** @param {any} media @returns {Node[]} */
function titleOf(media) {
  const size = media.renditions.find((/** @type {any} */ r) => r.url === media.content) ?? {};
  const shown = media.kind === "video" ? film(media, size) : photo(media, size);
  return [
    media.content ? shown : h("div", { class: "stage waiting" }, h("p", {}, "This title is not ready yet. Come back later.")),
    h("div", { class: "caption" }, h("div", {}, h("h2", { dir: "auto" }, media.title), media.duration_ms && h("p", { class: "facts" }, clockText(media.duration_ms / 1000)))),
    ...(media.comment ? [h("p", { class: "comment", dir: "auto" }, media.comment)] : []),
  ];
}

/** @param {any} media @param {{width?: number, height?: number}} size */
function film(media, { width, height }) {
  const find = (/** @type {(r: any) => boolean} */ is) => media.renditions.filter(is);
  const sources = [...find((r) => r.content_type === HLS), ...find((r) => r.url === media.content)];
  const captions = find((r) => r.name.startsWith("captions-"));
  const [sprites] = find((r) => r.name === "sprites");
  return h("div", { class: "player" }, h("video", { class: "stage", controls: true, playsinline: true, preload: "metadata", width, height, poster: media.poster, "aria-label": media.title },
    ...sources.map((r) => h("source", { src: r.url, type: r.content_type })),
    ...captions.map((/** @type {any} */ r) => h("track", { kind: "captions", src: r.url, srclang: r.name.slice(9), label: languageName(r.name.slice(9)) })),
    sprites && h("track", { kind: "metadata", label: "sprites", src: sprites.url })));
}

/** @param {any} media @param {{width?: number, height?: number}} size */
function photo(media, { width, height }) {
  const choices = (/** @type {RegExp} */ name) => media.renditions.filter((/** @type {any} */ r) => name.test(r.name)).map((/** @type {any} */ r) => `${r.url} ${r.width}w`);
  const [plain, avif] = [choices(/^w\d+$/), choices(/^w\d+-avif$/)];
  const [srcset, sizes] = [plain.length > 1 ? plain.join(", ") : undefined, "(min-width: 80rem) 80rem, 100vw"];
  return h("figure", { class: "viewer" }, h("picture", {},
    avif.length > 0 && h("source", { type: "image/avif", srcset: avif.join(", "), sizes }),
    h("img", { class: "stage", src: media.content, srcset, sizes: srcset && sizes, width, height, alt: media.title })));
}

/** @param {string} tag */
function languageName(tag) {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
