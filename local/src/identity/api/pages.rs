//! Lists in pages: what comes after the last name of the page before.

use serde_json::{Map, Value, json};

/// The first `limit` of what is sorted by name, as `{LIST: […], TOKEN: NAME}`; the token is missing from the last page.
pub(super) fn page<'a>(
    sorted: impl Iterator<Item = (&'a str, Value)>,
    after: Option<&str>,
    limit: usize,
    list: &str,
    token: &str,
) -> Value {
    let mut rest = sorted.skip_while(|(name, _)| after.is_some_and(|after| *name <= after));
    let page: Vec<(&str, Value)> = rest.by_ref().take(limit).collect();
    let next = page.last().map(|(name, _)| json!(name)).filter(|_| rest.next().is_some());
    let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
    let mut answer = Map::new();
    answer.insert(list.to_owned(), Value::Array(items));
    answer.extend(next.map(|next| (token.to_owned(), next)));
    Value::Object(answer)
}
