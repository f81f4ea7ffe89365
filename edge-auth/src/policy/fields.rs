//! Taking a JSON tree apart field by field, with every problem named where it stands.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Problem;

/// A value and where it stands.
pub(crate) struct Node<'v> {
    pub value: &'v Value,
    pub at: String,
}

impl<'v> Node<'v> {
    /// The fields of an object; a problem where it is none.
    pub fn fields<'p>(self, problems: &'p mut Vec<Problem>) -> Option<Fields<'v, 'p>> {
        if let Value::Object(map) = self.value {
            return Some(Fields { map, at: self.at, taken: Vec::new(), problems });
        }
        let name = self.at.rsplit('/').next().filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        let message = format!("{} is {}; expected a mapping", name.unwrap_or("this"), kind(self.value));
        problems.push(Problem { at: self.at, message });
        None
    }
}

/// The fields of an object, each taken once; what is left over at the end is a problem.
pub(crate) struct Fields<'v, 'p> {
    map: &'v Map<String, Value>,
    pub at: String,
    taken: Vec<&'static str>,
    pub problems: &'p mut Vec<Problem>,
}

impl<'v> Fields<'v, '_> {
    pub fn take(&mut self, name: &'static str) -> Option<Node<'v>> {
        if !self.taken.contains(&name) {
            self.taken.push(name);
        }
        self.map.get(name).map(|value| Node { value, at: format!("{}/{name}", self.at) })
    }

    /// Whether the field is there, of whatever form.
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub fn problem(&mut self, name: &str, message: &str) {
        self.problems.push(Problem { at: format!("{}/{name}", self.at), message: format!("{name} {message}") });
    }

    /// A problem with one item of a list.
    pub fn item_problem(&mut self, name: &str, index: usize, message: &str) {
        self.problems.push(Problem { at: format!("{}/{name}/{index}", self.at), message: format!("{name} {message}") });
    }

    /// A mapping inside this one.
    pub fn section(&mut self, name: &'static str) -> Option<Fields<'v, '_>> {
        let node = self.take(name)?;
        node.fields(self.problems)
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let node = self.take(name)?;
        let text = node.value.as_str().map(str::to_owned);
        if text.is_none() {
            // The value itself stays unsaid: secrets are read by this too.
            self.problem(name, &format!("is {}; expected text", kind(node.value)));
        }
        text
    }

    pub fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.take(name)?;
        let found = node.value.as_str().and_then(|text| choices.iter().find(|(n, _)| *n == text));
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(n, _)| *n).collect();
            self.problem(name, &format!("is {}; expected {}", shown(node.value), one_of(&names)));
        }
        found.map(|(_, value)| *value)
    }

    /// The choice, or the default where the field is missing; nothing where it is wrong.
    pub fn choice_or<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)], default: T) -> Option<T> {
        if self.has(name) {
            return self.choice(name, choices);
        }
        self.take(name);
        Some(default)
    }

    pub fn number(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let node = self.take(name)?;
        let number = node.value.as_u64().filter(|n| range.contains(n));
        if number.is_none() {
            let (low, high) = (range.start(), range.end());
            self.problem(name, &format!("is {}; expected a whole number from {low} to {high}", shown(node.value)));
        }
        number
    }

    pub fn list(&mut self, name: &'static str) -> Option<&'v [Value]> {
        let node = self.take(name)?;
        let list = node.value.as_array().map(Vec::as_slice);
        if list.is_none() {
            self.problem(name, &format!("is {}; expected a list", kind(node.value)));
        }
        list
    }

    pub fn strings(&mut self, name: &'static str) -> Option<Vec<String>> {
        let list = self.list(name)?;
        let mut strings = Vec::with_capacity(list.len());
        for (i, value) in list.iter().enumerate() {
            match value.as_str() {
                Some(text) => strings.push(text.to_owned()),
                None => self.item_problem(name, i, &format!("holds {}; expected text, in quotes", kind(value))),
            }
        }
        (strings.len() == list.len()).then_some(strings)
    }

    /// Texts of which none is there twice.
    pub fn distinct(&mut self, name: &'static str) -> Option<Vec<String>> {
        let texts = self.strings(name)?;
        for (i, text) in texts.iter().enumerate() {
            if texts.iter().take(i).any(|earlier| earlier == text) {
                self.item_problem(name, i, &format!("holds {text:?} twice; once is enough"));
            }
        }
        Some(texts)
    }

    /// The same, and none is empty.
    pub fn names(&mut self, name: &'static str) -> Option<Vec<String>> {
        let names = self.distinct(name)?;
        if let Some(i) = names.iter().position(String::is_empty) {
            self.item_problem(name, i, "holds an empty text; leave it out");
        }
        Some(names)
    }

    /// The keys that nobody has asked for so far.
    pub fn unknown(&self) -> impl Iterator<Item = &'v str> {
        self.map.keys().map(String::as_str).filter(|key| !self.taken.contains(key))
    }

    /// Names what nobody asked for: a misspelt key would otherwise silently mean its default.
    pub fn finish(self) {
        let unknown: Vec<&str> = self.unknown().collect();
        for key in unknown {
            self.problems.push(Problem {
                at: format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1")),
                message: format!("unknown key {key:?}; expected {}", one_of(&self.taken)),
            });
        }
    }
}

/// What kind of value this is, for a message.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// The value where it is short enough to be read in a message, else its kind.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.len() <= 80 => format!("{text:?}"),
        other => kind(other).to_owned(),
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        other => other.concat(),
    }
}
