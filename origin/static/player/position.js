// @ts-check
// Where one left off: asked for once, told every ten seconds, on pausing and on leaving.
import { h } from "../dom.js";
import { announce } from "../toast.js";
import { clockText } from "../text.js";

const EVERY_MS = 10_000;
/** Whoever has seen less than this, or has less than this to go, begins at the beginning. Seconds. */
const EDGE = 5;
/** How long it stays said where one goes on, once the film runs. */
const SHOWN_MS = 5000;

/**
 * @param {HTMLVideoElement} video
 * @param {{read: () => Promise<number>, write: (seconds: number) => Promise<unknown>}} kept
 * @returns {() => void}
 */
export function keepPosition(video, { read, write }) {
  let [told, known, seen] = [-1, false, false];

  function tell() {
    // Before it is known where one left off, and before anything was watched, there is nothing to say.
    if (!known || !seen || !Number.isFinite(video.duration)) return;
    const rest = video.duration - video.currentTime;
    const seconds = video.ended || rest < EDGE ? 0 : Math.floor(video.currentTime);
    if (seconds === told) return;
    told = seconds;
    write(seconds).catch(() => (told = -1));
  }

  /** @param {number} seconds */
  function takeUp(seconds) {
    if (seen || seconds < EDGE || seconds > video.duration - EDGE) return;
    video.currentTime = seconds;
    told = seconds;
    const text = `Going on at ${clockText(seconds)}`;
    const again = h("button", { type: "button" }, "From the start");
    const note = h("p", { class: "resumed" }, text, again);
    again.addEventListener("click", () => {
      video.currentTime = 0;
      note.remove();
      video.closest(".player")?.querySelector("input")?.focus();
    });
    video.after(note);
    announce(text);
    video.addEventListener("play", () => setTimeout(() => note.remove(), SHOWN_MS), { once: true });
  }

  (async () => {
    const seconds = await read().catch(() => 0);
    known = true;
    if (video.readyState >= 1) takeUp(seconds);
    else video.addEventListener("loadedmetadata", () => takeUp(seconds), { once: true });
  })();
  const timer = setInterval(() => !video.paused && tell(), EVERY_MS);
  const hidden = () => document.hidden && tell();
  video.addEventListener("timeupdate", () => (seen ||= !video.paused));
  video.addEventListener("seeked", () => (seen ||= known && video.currentTime !== told));
  video.addEventListener("pause", tell);
  video.addEventListener("ended", tell);
  addEventListener("pagehide", tell);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    tell();
    clearInterval(timer);
    removeEventListener("pagehide", tell);
    document.removeEventListener("visibilitychange", hidden);
  };
}
