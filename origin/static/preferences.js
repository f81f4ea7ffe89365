// @ts-check
// What a person set in their profile: the server writes it into every page.

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** @returns {{speed: number, autoplay: boolean, captions: boolean, theme: "auto" | "light" | "dark"}} */
export function preferences() {
  let set;
  try {
    set = JSON.parse(document.body.dataset.preferences ?? "{}");
  } catch {
    set = {};
  }
  return {
    speed: SPEEDS.includes(set.speed) ? set.speed : 1,
    autoplay: set.autoplay !== false,
    captions: set.captions === true,
    theme: set.theme === "light" || set.theme === "dark" ? set.theme : "auto",
  };
}
