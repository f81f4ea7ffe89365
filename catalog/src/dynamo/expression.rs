//! Conditions and changes as DynamoDB writes them. A name that stands in an expression stands for itself: no list of names is
//! kept beside it, and no reserved word is in the way.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::n;

/// A condition: `#name` stands for the attribute of that name, `:name` for a value given with it.
#[derive(Default, Clone)]
pub(super) struct Condition {
    pub text: String,
    pub values: HashMap<String, AttributeValue>,
}

impl Condition {
    pub fn new<const N: usize>(text: impl Into<String>, values: [(&str, AttributeValue); N]) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { text: text.into(), values }
    }

    /// There is no such item.
    pub fn absent() -> Self {
        Self::new("attribute_not_exists(#pk)", [])
    }

    /// There is such an item.
    pub fn present() -> Self {
        Self::new("attribute_exists(#pk)", [])
    }

    /// It has that version still.
    pub fn version(version: u64) -> Self {
        Self::new("#version = :if_version", [(":if_version", n(version))])
    }
}

/// Changes of one item's attributes.
#[derive(Default, Clone)]
pub(super) struct Update {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    values: HashMap<String, AttributeValue>,
    pub condition: Condition,
}

impl Update {
    pub fn when(condition: Condition) -> Self {
        Self { condition, ..Self::default() }
    }

    pub fn set(mut self, name: &str, value: AttributeValue) -> Self {
        self.set.push(format!("#{name} = :{name}"));
        self.values.insert(format!(":{name}"), value);
        self
    }

    /// Adds a list's elements to the list that is there.
    pub fn append(mut self, name: &str, elements: AttributeValue) -> Self {
        self.set.push(format!("#{name} = list_append(#{name}, :{name})"));
        self.values.insert(format!(":{name}"), elements);
        self
    }

    /// Sets it where there is a value, and leaves it otherwise.
    pub fn maybe(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Sets it where there is a value, and takes it away otherwise.
    pub fn set_or_remove(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    pub fn remove(mut self, name: &str) -> Self {
        self.remove.push(format!("#{name}"));
        self
    }

    pub fn add(mut self, name: &str, amount: impl ToString) -> Self {
        self.add.push(format!("#{name} :{name}"));
        self.values.insert(format!(":{name}"), n(amount));
        self
    }

    pub fn text(&self) -> String {
        let clauses = [("SET", &self.set), ("REMOVE", &self.remove), ("ADD", &self.add)];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
    }

    /// The values of the changes and of the condition.
    pub fn all_values(&self) -> Option<HashMap<String, AttributeValue>> {
        some(self.values.iter().chain(&self.condition.values).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// The names in the changes and in the condition.
    pub fn all_names(&self) -> Option<HashMap<String, String>> {
        names(&format!("{} {}", self.text(), self.condition.text))
    }
}

impl Condition {
    /// The expression, where there is one.
    pub fn expression(&self) -> Option<String> {
        (!self.text.is_empty()).then(|| self.text.clone())
    }
}

/// `#name` for every name in an expression.
pub(super) fn names(text: &str) -> Option<HashMap<String, String>> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names: HashMap<String, String> = text
        .split('#')
        .skip(1)
        .map(|rest| rest.split(|c| !word(c)).next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect();
    (!names.is_empty()).then_some(names)
}

pub(super) fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}
