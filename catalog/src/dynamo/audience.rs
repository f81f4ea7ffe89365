//! Who may see a row, as the index has it: the row itself under its owner, and beside it a pointer for each person and
//! group that it is shared with. Pointers only lead to a row; whether somebody may see it is asked of the row.

use std::collections::BTreeSet;

use super::expression::Condition;
use super::item::{Item, item, s};
use super::keys::Key;
use super::schema::Type;
use super::write::Action;
use crate::{CatalogError, Sharing, Viewer, Visibility};

/// The name in index `listing` of what somebody may see: `media|group|family`.
pub(super) fn listing_of(what: &str, kind: &str, who: &str) -> String {
    format!("{what}|{kind}|{who}")
}

/// Whom something is shared with: `everyone|`, `group|NAME`, `person|SUB`.
pub(super) type Audience = BTreeSet<String>;

pub(super) fn of_visibility(visibility: &Visibility) -> Audience {
    match visibility {
        Visibility::Owner => Audience::new(),
        Visibility::Groups(groups) => groups.iter().map(|group| format!("group|{group}")).collect(),
        Visibility::Everyone => Audience::from(["everyone|".to_owned()]),
    }
}

pub(super) fn of_sharing(sharing: &Sharing) -> Audience {
    let people = sharing.people.iter().map(|sub| format!("person|{sub}"));
    let groups = sharing.groups.iter().map(|group| format!("group|{group}"));
    people.chain(groups).chain(sharing.everyone.then(|| "everyone|".to_owned())).collect()
}

/// Every name under which a person finds things of that sort.
pub(super) fn listings_for(what: &str, viewer: &Viewer) -> Vec<String> {
    let groups: BTreeSet<&String> = viewer.groups.iter().collect();
    let own = [("own", viewer.sub.as_str()), ("person", viewer.sub.as_str()), ("everyone", "")];
    let groups = groups.into_iter().map(|group| ("group", group.as_str()));
    own.into_iter()
        // Titles are shared with groups only.
        .filter(|(kind, _)| (what, *kind) != ("media", "person"))
        .chain(groups)
        .map(|(kind, who)| listing_of(what, kind, who))
        .collect()
}

/// What makes a row's pointers of one audience those of another.
pub(super) fn changes(
    row: &Key,
    what: &str,
    sorted: &str,
    from: &Audience,
    to: &Audience,
) -> Result<Vec<Action>, CatalogError> {
    let place = |audience: &String| row.beside(format!("a#{audience}"));
    let gone = from.difference(to).map(|audience| Ok(Action::Delete(place(audience), Condition::default())));
    let new = to.difference(from).map(|audience| {
        let key = place(audience);
        let item = pointer(&key, [("list", format!("{what}|{audience}")), ("sorted", sorted.to_owned())])?;
        Ok(Action::Put(key, item))
    });
    gone.chain(new).collect()
}

/// An item that leads to the row beside it.
pub(super) fn pointer(key: &Key, found_by: [(&'static str, String); 2]) -> Result<Item, CatalogError> {
    let found_by = found_by.map(|(name, value)| (name, s(value)));
    item(key, Type::Pointer, &serde_json::json!({}), found_by)
}
