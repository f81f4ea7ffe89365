// @ts-check
// What its owner writes of a title, and who may see it.
import { field, formDialog } from "./dialog.js";
import { h } from "./dom.js";
import { get, send } from "./session.js";
import { toastLater } from "./toast.js";

/** @param {string} id */
export async function editTitle(id) {
  const [media, profile] = await Promise.all([get(`/api/media/${id}`), get("/api/profile")]);
  const named = /** @type {string[]} */ (media.visibility?.groups ?? []);
  const groups = [...new Set([...profile.groups, ...named])];
  const now = typeof media.visibility === "string" ? media.visibility : "groups";
  const choice = (/** @type {string} */ value, /** @type {string} */ text) =>
    h("label", { class: "check" }, h("input", { type: "radio", name: "visibility", value, checked: now === value }), text);
  const boxes = groups.map((group) =>
    h("label", { class: "check indented" }, h("input", { type: "checkbox", name: "group", value: group, checked: named.includes(group) }), h("bdi", {}, group)));
  const comment = h("textarea", { name: "comment", rows: 4, maxlength: 5000, dir: "auto" });
  comment.value = media.comment;
  const dialog = formDialog("Edit this title", [
    field("Title", h("input", { name: "title", value: media.title, required: true, maxlength: 300, dir: "auto", autocomplete: "off" })),
    field("Comment", comment),
    h("fieldset", {}, h("legend", {}, "Who can see it"), choice("owner", "Only me"), choice("everyone", "Everyone who signs in"), groups.length > 0 && choice("groups", "Groups"), ...boxes),
  ], {
    button: "Save",
    async send(data) {
      const chosen = data.get("visibility");
      await send("PATCH", `/api/media/${id}`, {
        title: data.get("title"),
        comment: data.get("comment"),
        visibility: chosen === "groups" ? { groups: data.getAll("group") } : chosen,
        version: media.version,
      });
      toastLater({ text: "Saved" });
      location.reload();
    },
  });
  const show = () => {
    const on = dialog.querySelector("input[name=visibility]:checked")?.getAttribute("value") === "groups";
    for (const box of boxes) box.hidden = !on;
  };
  dialog.addEventListener("change", show);
  show();
}
