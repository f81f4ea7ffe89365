// @ts-check
// What a video element plays: HLS where there is a playlist, by the browser itself or by hls.js, else the plain file; and on
// it goes when a session or a pass has ended in the middle of it.
import { ApiError, errorText, showSignedOut } from "../session.js";
import { toast } from "../toast.js";

const HLS = "application/vnd.apple.mpegurl";
/** Twice within this time is not the session's fault, in milliseconds. */
const APART_MS = 30_000;

/**
 * @param {HTMLVideoElement} video with its sources
 * @param {import("./player.js").Options["renew"]} renew
 * @returns {() => void}
 */
export function playStream(video, renew) {
  let sources = [...video.querySelectorAll("source")].map((source) => ({ url: source.getAttribute("src") ?? "", type: source.type }));
  /** @type {{destroy: () => void} | undefined} */
  let hls;
  let triedAt = -Infinity;

  const plain = () => sources.find(({ type }) => type !== HLS);
  const playlist = () => sources.find(({ type }) => type === HLS);

  /** @param {string} url */
  function play(url) {
    hls?.destroy();
    hls = undefined;
    for (const source of video.querySelectorAll("source")) source.remove();
    video.src = url;
  }

  /** @param {string} url @returns {Promise<boolean>} whether hls.js has taken it */
  async function playByScript(url) {
    // Where the site was built without it, films play as plain files.
    // @ts-ignore build.rs puts it there
    const Hls = /** @type {typeof import("hls.js").default | null} */ (await import("../hls.js").then((module) => module.default, () => null));
    if (!Hls?.isSupported()) return false;
    for (const source of video.querySelectorAll("source")) source.remove();
    // Its worker would be made from a blob, which the pages' policy does not allow; fragmented MP4 hardly needs it.
    const player = new Hls({ enableWorker: false, capLevelToPlayerSize: true });
    player.on(Hls.Events.ERROR, (_, data) => {
      if (!data.fatal) return;
      if (data.type === Hls.ErrorTypes.MEDIA_ERROR && performance.now() - triedAt > APART_MS) {
        triedAt = performance.now();
        player.recoverMediaError();
      } else goOn();
    });
    player.loadSource(url);
    player.attachMedia(video);
    hls = player;
    return true;
  }

  /** Takes fresh links and goes on from the same moment. */
  async function goOn() {
    if (performance.now() - triedAt < APART_MS || !renew) {
      const file = plain();
      if (hls && file) {
        const at = video.currentTime;
        play(file.url);
        video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
      } else if (performance.now() - triedAt < APART_MS) toast("The film cannot be loaded. Try again in a while.", { problem: true });
      return;
    }
    triedAt = performance.now();
    const { currentTime, paused } = video;
    try {
      const media = await renew();
      // One's own links stay as they are: the session that they stand on was renewed by the asking. Others' have new passes.
      sources = sources.map((source) => {
        const fresh = source.type === HLS ? media.renditions.find(({ content_type: type }) => type === HLS)?.url : media.content;
        return fresh?.startsWith("/p/") ? { ...source, url: fresh } : source;
      });
    } catch (error) {
      if (error instanceof ApiError && error.signedOut) showSignedOut();
      else toast(errorText(error), { problem: true });
      return;
    }
    await begin();
    video.addEventListener("loadedmetadata", () => (video.currentTime = currentTime), { once: true });
    if (!paused) await video.play().catch(() => {});
  }

  async function begin() {
    const [list, file] = [playlist(), plain()];
    if (list && !video.canPlayType(HLS) && (await playByScript(list.url))) return;
    if (list && video.canPlayType(HLS)) play(list.url);
    else if (file) play(file.url);
  }

  video.addEventListener("error", () => {
    if (!hls) goOn();
  });
  // The browser has begun with what it can play by itself; only a playlist that it can't is ours.
  if (playlist() && !video.canPlayType(HLS)) begin();
  else if (video.error || (video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE && !video.currentSrc)) goOn();
  // A source that is refused before it has begun says so to itself.
  video.querySelector("source:last-of-type")?.addEventListener("error", goOn);
  return () => hls?.destroy();
}
