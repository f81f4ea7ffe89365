// @ts-check
// Small pictures over the seek bar: cues of a metadata track, which say `sprite-001.webp#xywh=X,Y,W,H` each.
import { h } from "../dom.js";
import { clockText } from "../text.js";

/**
 * Reads what a cue says.
 * @param {string} text @param {string} base the track's address
 * @returns {{url: string, x: number, y: number, width: number, height: number} | undefined}
 */
export function spriteOf(text, base) {
  const parts = /^(\S+?)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(text.trim());
  if (!parts) return undefined;
  const url = new URL(parts[1], base);
  // Pictures of this site and no other's, whatever the file says.
  if (url.origin !== location.origin) return undefined;
  const [x, y, width, height] = parts.slice(2).map(Number);
  return { url: url.href, x, y, width, height };
}

/** @param {HTMLInputElement} seek @param {HTMLVideoElement} video */
export function scrubPreview(seek, video) {
  const element = /** @type {HTMLTrackElement | null} */ (video.querySelector("track[label=sprites]"));
  const picture = h("span", { class: "sprite" });
  const time = h("span", { class: "preview-time" });
  const preview = h("div", { class: "preview", "aria-hidden": "true", hidden: true }, picture, time);
  seek.after(preview);
  // Fetched once somebody points at the bar.
  const load = () => {
    if (element && element.track.mode === "disabled") element.track.mode = "hidden";
  };
  const hide = () => (preview.hidden = true);

  /** @param {PointerEvent} event */
  function show(event) {
    if (!Number.isFinite(video.duration)) return;
    load();
    const box = seek.getBoundingClientRect();
    const fraction = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const at = fraction * video.duration;
    const cue = /** @type {VTTCue | undefined} */ ([...(element?.track.cues ?? [])].find((one) => at >= one.startTime && at < one.endTime));
    const sprite = cue && element ? spriteOf(cue.text, element.src) : undefined;
    picture.hidden = !sprite;
    if (sprite) {
      picture.style.width = `${sprite.width}px`;
      picture.style.height = `${sprite.height}px`;
      picture.style.backgroundImage = `url("${sprite.url.replace(/["\\\n]/g, encodeURIComponent)}")`;
      picture.style.backgroundPosition = `-${sprite.x}px -${sprite.y}px`;
    }
    time.textContent = clockText(at);
    preview.hidden = false;
    const half = preview.offsetWidth / 2;
    preview.style.left = `${Math.min(box.width - half, Math.max(half, fraction * box.width))}px`;
  }
  seek.addEventListener("pointermove", show);
  seek.addEventListener("pointerdown", show);
  seek.addEventListener("pointerleave", hide);
  seek.addEventListener("change", hide);
}
