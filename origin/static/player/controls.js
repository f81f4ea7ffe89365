// @ts-check
// The bar of a player.
import { h, icon, setIcon } from "../dom.js";
import { SPEEDS } from "../preferences.js";
import { clockText } from "../text.js";
import { showHelp } from "./keys.js";
import { menuButton } from "./menu.js";

/** The bar goes when nothing has moved for so long while the film runs. */
const IDLE_MS = 2800;

export class Controls {
  #idle = 0;

  /**
   * @param {HTMLElement} player @param {HTMLVideoElement} video @param {import("./player.js").Remote} remote
   * @param {{before?: string, after?: string, go: (address: string) => void}} options
   */
  constructor(player, video, remote, { before, after, go }) {
    this.player = player;
    this.video = video;
    this.remote = remote;
    this.seek = h("input", { type: "range", class: "seek", min: 0, max: 0, step: 0.1, value: 0, "aria-label": "Seek", tabindex: 0 });
    this.time = h("span", { class: "time", "aria-hidden": "true" }, "0:00");
    this.big = h("button", { class: "big-play", type: "button", "aria-label": "Play", tabindex: -1 }, icon("play"));
    this.bar = h("div", { class: "controls" }, h("div", { class: "seek-row" }, this.seek), h("div", { class: "buttons" }, ...this.#buttons(before, after, go)));
    player.append(this.big, h("span", { class: "spinner waiting-spinner", "aria-hidden": "true" }), this.bar);
    this.#wire();
  }

  /** @param {import("../dom.js").IconName} name @param {string} label @param {() => unknown} act @param {string} [key] */
  #button(name, label, act, key) {
    return h("button", { type: "button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick: act }, icon(name));
  }

  /** @param {string | undefined} before @param {string | undefined} after @param {(address: string) => void} go */
  #buttons(before, after, go) {
    const { video, remote } = this;
    const play = this.#button("play", "Play", () => remote.toggle(), "k");
    const label = (/** @type {HTMLElement} */ button, /** @type {import("../dom.js").IconName} */ name, /** @type {string} */ text, /** @type {string} */ key) => {
      button.setAttribute("aria-label", text);
      button.title = `${text} (${key})`;
      setIcon(button, name);
    };
    for (const type of ["play", "pause", "ended"]) {
      video.addEventListener(type, () => label(play, video.paused ? "play" : "pause", video.paused ? "Play" : "Pause", "k"));
    }
    const mute = this.#button("sound", "Mute", () => (video.muted = !video.muted), "m");
    const volume = h("input", { type: "range", class: "volume", min: 0, max: 1, step: 0.05, value: 1, "aria-label": "Volume" });
    volume.addEventListener("input", () => remote.volume(Number(volume.value)));
    video.addEventListener("volumechange", () => {
      const silent = video.muted || video.volume === 0;
      label(mute, silent ? "mute" : "sound", silent ? "Sound on" : "Mute", "m");
      volume.value = String(video.muted ? 0 : video.volume);
    });
    const full = this.#button("full", "Full screen", () => remote.toggleFull(), "f");
    document.addEventListener("fullscreenchange", () => {
      const on = document.fullscreenElement === this.player;
      label(full, on ? "small" : "full", on ? "Leave full screen" : "Full screen", "f");
    });
    return [
      before && this.#button("left", "Previous title", () => go(before), "P"),
      play,
      after && this.#button("next", "Next title", () => go(after), "N"),
      mute, volume, this.time,
      h("span", { class: "gap" }),
      this.#captions(),
      this.#speed(),
      document.pictureInPictureEnabled && this.#button("picture", "Picture in picture", () => remote.togglePicture(), "i"),
      this.#button("help", "Keys", () => showHelp(), "?"),
      full,
    ];
  }

  #speed() {
    const { video, remote } = this;
    const { button, element } = menuButton("Speed", String(video.playbackRate), () =>
      SPEEDS.map((rate) => ({ text: rate === 1 ? "Normal" : `${rate}×`, on: video.playbackRate === rate, act: () => remote.speed(rate) })));
    const show = () => {
      button.textContent = `${video.playbackRate}×`;
      button.setAttribute("aria-label", `${video.playbackRate}× speed`);
    };
    button.classList.add("worded");
    video.addEventListener("ratechange", show);
    show();
    return element;
  }

  #captions() {
    const { video, remote } = this;
    const { button, element } = menuButton("Captions", "", () => [
      { text: "Off", on: remote.captions.every((track) => track.mode !== "showing"), act: () => remote.showCaptions(undefined) },
      ...remote.captions.map((track) => ({ text: track.label || track.language || "Captions", on: track.mode === "showing", act: () => remote.showCaptions(track) })),
    ]);
    button.append(icon("captions"));
    const show = () => {
      element.hidden = remote.captions.length === 0;
      button.classList.toggle("on", remote.captions.some((track) => track.mode === "showing"));
    };
    for (const type of ["addtrack", "change", "removetrack"]) video.textTracks.addEventListener(type, show);
    show();
    return element;
  }

  #wire() {
    const { player, video, remote, seek, big } = this;
    const show = () => {
      const length = Number.isFinite(video.duration) ? video.duration : 0;
      seek.max = String(length);
      if (!this.dragging) seek.value = String(video.currentTime);
      const at = Number(seek.value);
      seek.style.setProperty("--at", length ? `${(at / length) * 100}%` : "0%");
      const { buffered } = video;
      seek.style.setProperty("--loaded", length && buffered.length ? `${(buffered.end(buffered.length - 1) / length) * 100}%` : "0%");
      seek.setAttribute("aria-valuetext", `${clockText(at)} of ${clockText(length)}`);
      this.time.textContent = `${clockText(at)} / ${clockText(length)}`;
    };
    for (const type of ["timeupdate", "durationchange", "progress", "seeked", "loadedmetadata"]) video.addEventListener(type, show);
    this.dragging = false;
    seek.addEventListener("input", () => {
      this.dragging = true;
      remote.seekTo(Number(seek.value));
      show();
    });
    seek.addEventListener("change", () => (this.dragging = false));
    show();

    big.addEventListener("click", () => remote.toggle());
    video.addEventListener("click", () => {
      // On a touch screen the first touch shows the bar.
      if (matchMedia("(hover: none)").matches && player.classList.contains("idle")) this.wake();
      else remote.toggle();
    });
    video.addEventListener("dblclick", () => remote.toggleFull());
    for (const type of ["play", "playing", "pause", "ended", "waiting", "seeking", "canplay"]) {
      video.addEventListener(type, () => {
        player.classList.toggle("playing", !video.paused && !video.ended);
        player.classList.toggle("waiting-for-data", video.readyState < 3 && !video.paused);
        this.wake();
      });
    }
    for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) player.addEventListener(type, () => this.wake());
    player.addEventListener("pointerleave", () => this.#rest());
  }

  /** Shows the bar for a while. */
  wake() {
    this.player.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = window.setTimeout(() => this.#rest(), IDLE_MS);
  }

  #rest() {
    const used = this.bar.matches(":focus-visible, :has(:focus-visible)") || this.player.querySelector(":popover-open");
    if (!this.video.paused && !used) this.player.classList.add("idle");
  }
}
