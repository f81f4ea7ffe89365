// @ts-check
import { localizeDays } from "./days.js";
import { poll } from "./poll.js";
import { ApiError, request, showSignedOut } from "./session.js";

const title = document.getElementById("title");
const address = `/api/media/${title?.dataset.id}`;

/**
 * A film outlasts a session: where its next piece is refused, ask the API, which renews the session if it has to, and
 * go on from the same moment.
 * @param {HTMLVideoElement} video
 */
function outlastSession(video) {
  let triedAt = -Infinity;
  async function resume() {
    // Twice in a row is not the session's fault.
    if (performance.now() - triedAt < 30_000) return;
    triedAt = performance.now();
    const { currentTime, paused } = video;
    try {
      await request(address);
    } catch (error) {
      if (error instanceof ApiError && error.signedOut) showSignedOut();
      return;
    }
    video.addEventListener("loadedmetadata", () => (video.currentTime = currentTime), { once: true });
    video.load();
    if (!paused) await video.play().catch(() => {});
  }
  video.addEventListener("error", resume);
  if (video.error) resume();
}

localizeDays(document);
const video = document.querySelector("video");
if (video) outlastSession(video);

const status = title?.dataset.status;
if (status === "uploading" || status === "uploaded" || status === "processing") {
  poll(async () => {
    const media = await (await request(address)).json();
    if (media.status === status) return true;
    location.reload();
    return false;
  });
}
