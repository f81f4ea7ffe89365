//! A policy file as a JSON tree that still knows its lines.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use edge_auth::policy::Problem;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

use crate::failure::{Failure, read};

/// A policy file, read but not checked.
pub struct PolicySource {
    path: PathBuf,
    /// The tree, as [`edge_auth::policy::Policy::from_json`] takes it.
    pub value: Value,
    lines: HashMap<String, usize>,
}

impl PolicySource {
    /// Reads a YAML (or JSON) file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = read(path)?;
        let documents = MarkedYaml::load_from_str(&text).map_err(|e| {
            // The commonest mistake: YAML reads a brace in `{ path: /a/{b} }` as its own.
            let hint = if text.contains("/{") { "; inside { … } a path with {name} needs quotes" } else { "" };
            Failure::file(path, format!("not YAML: {e}{hint}"))
        })?;
        let [document] = documents.as_slice() else {
            return Err(Failure::file(path, format!("{} documents; expected one", documents.len())));
        };
        let mut lines = HashMap::new();
        let value = tree(document, "", &mut lines).map_err(|e| Failure::file(path, e))?;
        Ok(Self { path: path.to_owned(), value, lines })
    }

    /// The line of a JSON pointer, or of what it is nearest inside.
    pub fn line(&self, pointer: &str) -> usize {
        let mut at = pointer;
        loop {
            if let Some(line) = self.lines.get(at) {
                return *line;
            }
            match at.rsplit_once('/') {
                Some((parent, _)) => at = parent,
                None => return 1,
            }
        }
    }

    /// `FILE:LINE: FIELD: MESSAGE`, one problem a line.
    pub fn listing(&self, problems: &[Problem]) -> String {
        let file = self.path.display();
        let lines: Vec<String> = problems.iter().map(|p| format!("{file}:{}: {p}", self.line(&p.at))).collect();
        lines.join("\n")
    }
}

fn tree(node: &MarkedYaml<'_>, at: &str, lines: &mut HashMap<String, usize>) -> Result<Value, String> {
    let line = node.span.start.line();
    lines.entry(at.to_owned()).or_insert(line);
    Ok(match &node.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(b)) => Value::from(*b),
        YamlData::Value(Scalar::Integer(i)) => Value::from(*i),
        YamlData::Value(Scalar::FloatingPoint(f)) => Value::from(f.0),
        YamlData::Value(Scalar::String(s)) => Value::from(s.as_ref()),
        YamlData::Sequence(items) => {
            let each = items.iter().enumerate();
            Value::Array(each.map(|(i, item)| tree(item, &format!("{at}/{i}"), lines)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let line = key.span.start.line();
                let YamlData::Value(Scalar::String(name)) = &key.data else {
                    return Err(format!("line {line}: a key must be text"));
                };
                let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                lines.insert(pointer.clone(), line);
                map.insert(name.to_string(), tree(value, &pointer, lines)?);
            }
            Value::Object(map)
        }
        _ => return Err(format!("line {line}: tags, anchors and aliases are not understood here")),
    })
}
