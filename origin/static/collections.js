// @ts-check
// The list of collections.
import { field, formDialog } from "./dialog.js";
import { byId, h } from "./dom.js";
import { post } from "./session.js";
import { showLikenesses } from "./thumbhash.js";

const button = byId("new-collection");
button.hidden = false;
button.addEventListener("click", () => {
  formDialog("New collection", [field("Name", h("input", { name: "title", required: true, maxlength: 200, autocomplete: "off", dir: "auto" }))], {
    button: "Make it",
    async send(data) {
      const { id } = await post("/api/collections", { title: data.get("title") });
      location.assign(`/collections/${id}`);
    },
  });
});
showLikenesses(document);
