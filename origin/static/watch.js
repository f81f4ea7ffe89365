// @ts-check
import { localizeDays } from "./days.js";
import { poll } from "./poll.js";
import { renew, request, showSignedOut } from "./session.js";

const title = document.getElementById("title");

/** A film outlasts a session: where its next piece is refused, renew the session and go on from the same moment.
 * @param {HTMLVideoElement} video */
function outlastSession(video) {
  let renewedAt = -Infinity;
  video.addEventListener("error", async () => {
    // Twice in a row is not the session's fault.
    if (performance.now() - renewedAt < 30_000) return;
    renewedAt = performance.now();
    const { currentTime, paused } = video;
    if (!(await renew())) {
      showSignedOut();
      return;
    }
    video.addEventListener("loadedmetadata", () => (video.currentTime = currentTime), { once: true });
    video.load();
    if (!paused) await video.play().catch(() => {});
  });
}

localizeDays(document);
const video = document.querySelector("video");
if (video) outlastSession(video);

const status = title?.dataset.status;
if (status === "uploading" || status === "uploaded" || status === "processing") {
  poll(async () => {
    const media = await (await request(`/api/media/${title?.dataset.id}`)).json();
    if (media.status === status) return true;
    location.reload();
    return false;
  });
}
