// @ts-check
// Whom a collection is shared with.
import { field, formDialog } from "./dialog.js";
import { h } from "./dom.js";

/**
 * @param {{people: string[], groups: string[], everyone: boolean}} sharing
 * @param {string[]} groups of the person
 * @param {(sharing: {people: string[], groups: string[], everyone: boolean}) => Promise<unknown>} save
 */
export function sharingDialog(sharing, groups, save) {
  const everyone = h("label", { class: "check" }, h("input", { type: "checkbox", name: "everyone", checked: sharing.everyone }), "Everyone who signs in");
  const known = [...new Set([...groups, ...sharing.groups])];
  const boxes = known.map((group) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "group", value: group, checked: sharing.groups.includes(group) }), h("bdi", {}, group)));
  const people = h("textarea", { name: "people", rows: 3, spellcheck: false });
  people.value = sharing.people.join("\n");
  formDialog("Share with people", [
    h("fieldset", {}, h("legend", {}, "Who can see this collection"), everyone, ...boxes),
    field("People", people, "One a line: the id that stands in a person's profile. They see the collection and your titles in it."),
  ], {
    button: "Save",
    send: (data) => save({
      everyone: data.has("everyone"),
      groups: data.getAll("group").map(String),
      people: String(data.get("people")).split(/[\s,]+/).filter(Boolean),
    }),
  });
}
