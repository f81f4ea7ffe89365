// @ts-check
// What comes after a film in a collection.
import { h } from "../dom.js";
import { announce } from "../toast.js";

const SECONDS = 6;
const PLAY = "stagedoor.play";

/**
 * Offers the next title at the end, and goes there by itself where that is wanted.
 * @param {HTMLElement} player @param {HTMLVideoElement} video
 * @param {{address: string, title: string, go: (address: string) => void, ask: boolean}} next `ask`: by itself, after a while
 */
export function followOn(player, video, { address, title, go, ask }) {
  if (sessionStorage.getItem(PLAY) === location.pathname) video.play().catch(() => {});
  sessionStorage.removeItem(PLAY);
  const leave = () => {
    sessionStorage.setItem(PLAY, new URL(address, location.href).pathname);
    go(address);
  };
  let timer = 0;
  const left = h("span", { class: "hint" });
  const stay = h("button", { class: "button", type: "button" }, "Stay here");
  const panel = h("div", { class: "up-next", hidden: true },
    h("p", {}, "Next"), h("strong", { dir: "auto" }, title), left,
    h("div", { class: "row" }, h("button", { class: "button primary", type: "button", onclick: leave }, "Play next"), ask && stay));
  player.append(panel);
  const stop = () => {
    clearInterval(timer);
    left.textContent = "";
    stay.hidden = true;
  };
  stay.addEventListener("click", stop);
  video.addEventListener("ended", () => {
    panel.hidden = false;
    stay.hidden = false;
    if (!ask) return;
    announce(`Next in ${SECONDS} seconds: ${title}`);
    let seconds = SECONDS;
    const tick = () => {
      left.textContent = `in ${seconds} seconds`;
      if (seconds-- === 0) {
        stop();
        leave();
      }
    };
    tick();
    timer = window.setInterval(tick, 1000);
  });
  video.addEventListener("play", () => {
    stop();
    panel.hidden = true;
  });
}
