// @ts-check
// What keys do on a page with a player.
import { openDialog } from "../dialog.js";
import { h, takesText } from "../dom.js";
import { SPEEDS } from "../preferences.js";

const HELP = [
  ["Space, k", "Play or pause"],
  ["←, →", "5 seconds back, on"],
  ["j, l", "10 seconds back, on"],
  ["0 – 9", "To the start, to 10 % … 90 %"],
  ["Home, End", "To the start, to the end"],
  [", .", "One picture back, on (while paused)"],
  ["<, >", "Slower, faster"],
  ["↑, ↓", "Louder, quieter"],
  ["m", "Sound off or on"],
  ["c", "Captions off or on"],
  ["f", "Full screen"],
  ["i", "Picture in picture"],
  ["P, N", "Previous, next title"],
  ["?", "This list"],
];

/** About one picture, in seconds. */
const FRAME = 1 / 25;

export function showHelp() {
  if (document.querySelector("dialog[open]")) return;
  const rows = HELP.map(([keys, what]) => h("div", {}, h("dt", {}, ...keys.split(/(, | – | (?=\.))/).map((part) => (/^(, | – | )$/.test(part) ? part : h("kbd", {}, part)))), h("dd", {}, what)));
  openDialog("Keys", [h("dl", { class: "keys" }, ...rows)]);
}

/**
 * @param {HTMLElement} player @param {HTMLVideoElement} video @param {import("./player.js").Remote} remote
 * @param {import("./controls.js").Controls} controls
 * @param {{before?: string, after?: string, go: (address: string) => void}} options
 * @returns {() => void} takes them off the page
 */
export function bindKeys(player, video, remote, controls, { before, after, go }) {
  const by = (/** @type {number} */ seconds) => remote.seekTo(video.currentTime + seconds);
  const faster = () => remote.speed(SPEEDS.find((rate) => rate > video.playbackRate) ?? video.playbackRate);
  const slower = () => remote.speed(SPEEDS.findLast((rate) => rate < video.playbackRate) ?? video.playbackRate);
  /** @type {Record<string, () => unknown>} */
  const acts = {
    " ": () => remote.toggle(),
    k: () => remote.toggle(),
    j: () => by(-10),
    l: () => by(10),
    ArrowLeft: () => by(-5),
    ArrowRight: () => by(5),
    ArrowUp: () => remote.volume((video.muted ? 0 : video.volume) + 0.1),
    ArrowDown: () => remote.volume((video.muted ? 0 : video.volume) - 0.1),
    Home: () => remote.seekTo(0),
    End: () => remote.seekTo(video.duration),
    ",": () => video.paused && by(-FRAME),
    ".": () => video.paused && by(FRAME),
    "<": slower,
    ">": faster,
    m: () => (video.muted = !video.muted),
    c: () => remote.toggleCaptions(),
    f: () => remote.toggleFull(),
    i: () => remote.togglePicture(),
    P: () => before && go(before),
    N: () => after && go(after),
    "?": showHelp,
  };
  for (let digit = 0; digit <= 9; digit++) acts[digit] = () => remote.seekTo((video.duration * digit) / 10);

  /** @param {KeyboardEvent} event */
  function key(event) {
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    const { target } = event;
    if (!act || event.ctrlKey || event.metaKey || event.altKey || takesText(target)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const element = target instanceof HTMLElement ? target : document.body;
    // A button is pressed by the space bar, and the volume moved by arrows, as everywhere.
    if (event.key === " " && element.closest("button, a, summary, input")) return;
    if (element.matches(".volume") && event.key.startsWith("Arrow")) return;
    // Outside the player the arrows and Home and End move the page up and down.
    if (["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key) && !player.contains(element)) return;
    event.preventDefault();
    act();
    controls.wake();
  }
  addEventListener("keydown", key);
  return () => removeEventListener("keydown", key);
}
