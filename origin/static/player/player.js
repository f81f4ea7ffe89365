// @ts-check
// The player: a video element with its sources and tracks, as the server wrote it or another page made it, and what is
// put round it. Without this script the browser's own controls do.
import { preferences } from "../preferences.js";
import { announce } from "../toast.js";
import { Controls } from "./controls.js";
import { bindKeys } from "./keys.js";
import { followOn } from "./next.js";
import { keepPosition } from "./position.js";
import { scrubPreview } from "./preview.js";
import { playStream } from "./stream.js";

/**
 * @typedef {{
 *   title: string,
 *   before?: string,
 *   after?: string,
 *   afterTitle?: string,
 *   go?: (address: string) => void,
 *   renew?: () => Promise<{content?: string | null, renditions: {content_type: string, url: string}[]}>,
 *   began?: () => Promise<unknown>,
 *   position?: {read: () => Promise<number>, write: (seconds: number) => Promise<unknown>},
 * }} Options
 * `began` is told of the first play; `renew` answers with the title and links that are good now; without `position` nothing is remembered
 */

/** Volume and speed are this browser's, the rest the person's. */
const VOLUME = "stagedoor.volume";

/**
 * @param {HTMLElement} player holds the video element
 * @param {Options} options
 * @returns {() => void} ends it: keys and timers go, what was watched is kept
 */
export function mountPlayer(player, options) {
  const video = /** @type {HTMLVideoElement} */ (player.querySelector("video"));
  const go = options.go ?? ((/** @type {string} */ address) => location.assign(address));
  const mine = preferences();
  video.controls = false;
  player.classList.add("scripted");
  player.tabIndex = -1;

  const remote = new Remote(player, video);
  const controls = new Controls(player, video, remote, { ...options, go });
  scrubPreview(controls.seek, video);
  const endKeys = bindKeys(player, video, remote, controls, { ...options, go });
  const endStream = playStream(video, options.renew);
  const endPosition = options.position ? keepPosition(video, options.position) : () => {};

  video.playbackRate = video.defaultPlaybackRate = mine.speed;
  try {
    const { volume, muted } = JSON.parse(localStorage.getItem(VOLUME) ?? "{}");
    if (typeof volume === "number") video.volume = volume;
    video.muted = muted === true;
  } catch {
    // Nobody has set it.
  }
  video.addEventListener("volumechange", () => localStorage.setItem(VOLUME, JSON.stringify({ volume: video.volume, muted: video.muted })));
  video.addEventListener("play", () => options.began?.().catch(() => {}), { once: true });
  if (mine.captions) remote.showCaptions(remote.captions[0]);
  if (options.after && options.afterTitle) followOn(player, video, { address: options.after, title: options.afterTitle, go, ask: mine.autoplay });
  return () => {
    endKeys();
    endPosition();
    endStream();
  };
}

/** What can be done with a video by button, key or click. */
export class Remote {
  /** @param {HTMLElement} player @param {HTMLVideoElement} video */
  constructor(player, video) {
    this.player = player;
    this.video = video;
  }

  toggle() {
    if (this.video.paused || this.video.ended) this.video.play().catch(() => {});
    else this.video.pause();
  }

  /** @param {number} seconds */
  seekTo(seconds) {
    if (Number.isFinite(this.video.duration)) this.video.currentTime = Math.min(this.video.duration, Math.max(0, seconds));
  }

  /** @param {number} rate */
  speed(rate) {
    this.video.playbackRate = rate;
    announce(`Speed ${rate}`);
  }

  /** @param {number} volume */
  volume(volume) {
    this.video.muted = false;
    this.video.volume = Math.min(1, Math.max(0, volume));
  }

  get captions() {
    return [...this.video.textTracks].filter((track) => track.kind === "captions" || track.kind === "subtitles");
  }

  /** @param {TextTrack | undefined} shown `undefined`: none */
  showCaptions(shown) {
    for (const track of this.captions) track.mode = track === shown ? "showing" : "disabled";
  }

  toggleCaptions() {
    const on = this.captions.some((track) => track.mode === "showing");
    this.showCaptions(on ? undefined : this.captions[0]);
    if (this.captions.length > 0) announce(on ? "Captions off" : "Captions on");
  }

  async toggleFull() {
    const video = /** @type {HTMLVideoElement & {webkitEnterFullscreen?: () => void}} */ (this.video);
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.player.requestFullscreen) await this.player.requestFullscreen().catch(() => {});
    else video.webkitEnterFullscreen?.();
  }

  async togglePicture() {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.video.requestPictureInPicture().catch(() => {});
  }
}
