// @ts-check
// The profile: what a person is called and looks like, what they set, what they use; and the way out.
import { cropPicture } from "./avatar.js";
import { field, formDialog, sendForm } from "./dialog.js";
import { byId, h } from "./dom.js";
import { put } from "./uploads/put.js";
import { errorText, get, post, send } from "./session.js";
import { sizeText } from "./text.js";
import { toast, toastLater } from "./toast.js";

/** @typedef {{username: string, name: string, bio: string, avatar: string | null, preferences: Record<string, unknown>, version: number}} Profile */

/** @type {Promise<Profile>} */
let profile = get("/api/profile");

/** @param {Record<string, unknown>} change */
async function change(change) {
  const { version } = await profile;
  const fresh = await send("PATCH", "/api/profile", { ...change, version });
  profile = Promise.resolve(fresh);
  return fresh;
}

/** @param {HTMLFormElement} form @param {(data: FormData) => Promise<unknown>} save @param {string} said */
function saves(form, save, said) {
  const problem = /** @type {HTMLElement} */ (form.querySelector(".problem-text"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await sendForm(form, problem, save)) toast(said);
    // Another tab may have been faster: what is true now is read for the next attempt.
    else profile = get("/api/profile");
  });
}

saves(/** @type {HTMLFormElement} */ (byId("person")), (data) => change({ name: data.get("name"), bio: data.get("bio") }), "Saved");

const settings = /** @type {HTMLFormElement} */ (byId("settings"));
settings.addEventListener("change", async () => {
  const data = new FormData(settings);
  const theme = String(data.get("theme"));
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const { preferences } = await profile;
  const fresh = { ...preferences, speed: Number(data.get("speed")), autoplay: data.has("autoplay"), captions: data.has("captions"), theme };
  try {
    await change({ preferences: fresh });
    document.body.dataset.preferences = JSON.stringify(fresh);
    toast("Saved");
  } catch (error) {
    profile = get("/api/profile");
    toast(errorText(error), { problem: true });
  }
});

const picture = /** @type {HTMLInputElement} */ (byId("picture"));
picture.addEventListener("change", async () => {
  const file = picture.files?.[0];
  picture.value = "";
  if (!file) return;
  try {
    const blob = await cropPicture(file);
    if (!blob) return;
    const upload = await post("/api/profile/avatar", { size: blob.size, type: blob.type });
    await put(upload, blob, new AbortController().signal, () => {});
    await post("/api/profile/avatar/complete", { id: upload.id });
    toastLater({ text: "Your picture is changed" });
    location.reload();
  } catch (error) {
    toast(errorText(error), { problem: true });
  }
});
document.getElementById("no-picture")?.addEventListener("click", async () => {
  try {
    await change({ avatar: null });
    location.reload();
  } catch (error) {
    toast(errorText(error), { problem: true });
  }
});

byId("delete-account").addEventListener("click", async () => {
  const { username } = await profile;
  formDialog("Delete this account", [
    h("p", {}, "Everything that you have uploaded, your collections and your links go, and nobody can bring them back. Save what you want to keep first."),
    field(`Type your user name, ${username}, to go on`, h("input", { name: "confirm", autocomplete: "off", required: true, spellcheck: false })),
  ], {
    button: "Delete everything",
    danger: true,
    async send(data) {
      await send("DELETE", "/api/account", { confirm: data.get("confirm") });
      const out = /** @type {HTMLFormElement} */ (document.querySelector("form[action='/_auth/sign-out']"));
      out.submit();
    },
  });
});

async function showUsage() {
  const box = byId("usage-data");
  try {
    const { stored, quota, months } = await get("/api/usage");
    const part = (/** @type {string} */ label, /** @type {number} */ used, /** @type {number | undefined} */ most, /** @type {(n: number) => string} */ text) =>
      h("div", { class: "meter" }, h("div", {}, h("span", {}, label), h("span", {}, most === undefined ? text(used) : `${text(used)} of ${text(most)}`)),
        most === undefined ? null : h("meter", { min: 0, max: most || 1, value: used, high: most * 0.9, "aria-label": label }));
    const minutes = (/** @type {number} */ n) => `${n.toLocaleString("en-GB")} min`;
    const rows = months.toReversed().map((/** @type {any} */ month) => h("tr", {},
      h("th", { scope: "row" }, new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month.month}-01T00:00:00Z`))),
      h("td", {}, String(month.uploads)), h("td", {}, sizeText(month.bytes)), h("td", {}, minutes(month.minutes)), h("td", {}, String(month.plays))));
    box.replaceChildren(
      part("Stored", stored.bytes, quota?.bytes, sizeText), part("Films", stored.minutes, quota?.minutes, minutes),
      h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Month by month" }, h("table", {}, h("thead", {}, h("tr", {}, ...["Month", "Uploads", "Size", "Films", "Plays"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, ...(rows.length > 0 ? rows : [h("tr", {}, h("td", { colspan: 5 }, "Nothing yet"))])))));
  } catch (error) {
    box.replaceChildren(h("p", { class: "problem-text" }, errorText(error)));
  }
}
showUsage();
