// @ts-check
// Titles put into a collection.
import { formDialog, field } from "./dialog.js";
import { h } from "./dom.js";
import { ApiError, errorText, get, post, send } from "./session.js";
import { count } from "./text.js";
import { toast } from "./toast.js";

/**
 * Asks for a collection, an old or a new one, and puts titles at its end.
 * @param {string[]} ids @param {() => void} [done] told once they are in it
 */
export async function addToCollection(ids, done = () => {}) {
  let own;
  try {
    const { items } = await get("/api/collections?limit=100");
    own = /** @type {{id: string, title: string, own: boolean}[]} */ (items).filter((collection) => collection.own);
  } catch (error) {
    toast(errorText(error), { problem: true });
    return;
  }
  const options = own.map(({ id, title }) => h("option", { value: id }, title));
  const choice = h("select", { name: "collection" }, ...options, h("option", { value: "" }, "New collection…"));
  const title = h("input", { name: "title", maxlength: 200, autocomplete: "off" });
  const titleField = field("Name of the new collection", title);
  const show = () => {
    titleField.hidden = choice.value !== "";
    title.required = choice.value === "";
  };
  choice.addEventListener("change", show);
  show();
  formDialog(`Add ${count(ids.length, "title")} to a collection`, [field("Collection", choice), titleField], {
    button: "Add",
    async send() {
      const name = title.value.trim();
      const collection = choice.value ? await append(choice.value, ids) : await post("/api/collections", { title: name, items: ids });
      done();
      toast(`Added to “${collection.title}”`, { action: { label: "Open", run: () => location.assign(`/collections/${collection.id}`) } });
    },
  });
}

/** @param {string} id @param {string[]} added */
async function append(id, added, again = true) {
  const { item_ids: items, version } = await get(`/api/collections/${id}`);
  const fresh = added.filter((title) => !items.includes(title));
  try {
    return await send("PATCH", `/api/collections/${id}`, { items: [...items, ...fresh], version });
  } catch (error) {
    // Somebody else, or another tab, was faster: once more on top of that.
    if (again && error instanceof ApiError && error.reason === "stale") return append(id, added, false);
    throw error;
  }
}
