//! Headers as events hold them: lists of lines by lower-case name.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// One line of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header<'e> {
    /// The name in lower case.
    #[serde(skip)]
    pub(super) name: Cow<'e, str>,
    /// The name as the client wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'e, str>>,
    /// The value.
    pub value: Cow<'e, str>,
}

/// All lines of all headers, in the order of their lower-case names and then as they came. One list, since most names have
/// one line and a decision that reads three of them should not pay for a tree of lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers<'e>(Vec<Header<'e>>);

impl<'e> Headers<'e> {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lines as they were read; JSON gives the names in any order.
    pub(super) fn of(mut lines: Vec<Header<'e>>) -> Self {
        lines.sort_by(|one, other| one.name.cmp(&other.name));
        Self(lines)
    }

    /// Whether there is a line of that name, in lower case.
    pub fn contains(&self, name: &str) -> bool {
        !self.lines(name).is_empty()
    }

    /// The lines of that name, in lower case, in order.
    pub fn lines(&self, name: &str) -> &[Header<'e>] {
        // One after the other: names of another length are passed over sooner than a search by halves compares its few.
        let behind = self.0.iter().position(|line| line.name == name).and_then(|start| self.0.get(start..));
        let behind = behind.unwrap_or_default();
        let count = behind.iter().take_while(|line| line.name == name).count();
        behind.get(..count).unwrap_or_default()
    }

    /// Their values.
    pub fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h str> + use<'h, 'e> {
        self.lines(name).iter().map(|line| &*line.value)
    }

    /// Each line with its lower-case name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Header<'e>)> {
        self.0.iter().map(|line| (&*line.name, line))
    }

    /// Adds a line behind those of its name.
    pub fn add(&mut self, key: &str, value: impl Into<Cow<'e, str>>) {
        let name = key.to_ascii_lowercase();
        let end = self.0.partition_point(|line| *line.name <= *name);
        self.0.insert(end, Header { name: name.into(), key: Some(key.to_owned().into()), value: value.into() });
    }

    /// Makes this the only line of its name.
    pub fn set(&mut self, key: &str, value: impl Into<Cow<'e, str>>) {
        self.retain(|name, _| !name.eq_ignore_ascii_case(key));
        self.add(key, value);
    }

    /// Keeps the lines for which `keep` says so, of their lower-case name and the value, which it may change.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Cow<'e, str>) -> bool) {
        self.0.retain_mut(|line| keep(&line.name, &mut line.value));
    }

    /// The same with every name in lower case, as CloudFront writes them and people by hand do not.
    #[must_use]
    pub fn lower_case(mut self) -> Self {
        for line in &mut self.0 {
            line.name = line.name.to_ascii_lowercase().into();
        }
        Self::of(self.0)
    }
}

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lists = self.0.chunk_by(|one, other| one.name == other.name);
        serializer.collect_map(lists.filter_map(|lines| Some((&lines.first()?.name, lines))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(headers: &Headers<'_>, name: &str) -> Vec<String> {
        headers.values(name).map(str::to_owned).collect()
    }

    #[test]
    fn lines_of_a_name_stay_together_and_in_order() {
        let mut headers = Headers::new();
        for (key, value) in [("Vary", "1"), ("Set-Cookie", "a"), ("set-cookie", "b"), ("Age", "0"), ("Set-Cookie", "c")]
        {
            headers.add(key, value);
        }
        assert_eq!(values(&headers, "set-cookie"), ["a", "b", "c"]);
        assert_eq!(values(&headers, "set"), [""; 0]);
        headers.set("Vary", "2");
        headers.retain(|name, value| name != "age" && value != "b");
        let written = serde_json::to_string(&headers).unwrap_or_default();
        assert_eq!(
            written,
            r#"{"set-cookie":[{"key":"Set-Cookie","value":"a"},{"key":"Set-Cookie","value":"c"}],"vary":[{"key":"Vary","value":"2"}]}"#
        );
    }
}
