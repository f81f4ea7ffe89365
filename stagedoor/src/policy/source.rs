//! A policy file as a JSON tree that still knows its lines.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use edge_auth::policy::Problem;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

use super::duplicates;
use crate::failure::{Failure, read};

/// A policy file, read but not checked.
pub struct PolicySource {
    path: PathBuf,
    /// The tree, as [`edge_auth::policy::Policy::from_json`] takes it.
    pub value: Value,
    lines: HashMap<String, usize>,
    duplicates: Vec<(usize, Problem)>,
}

impl PolicySource {
    /// Reads a YAML (or JSON) file in which each mapping has each key once.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let source = Self::open(path)?;
        match source.duplicates.as_slice() {
            [] => Ok(source),
            _ => Err(Failure::Input(source.listing(&[]))),
        }
    }

    /// Reads a YAML (or JSON) file; of a key that is there twice the first counts, and [`Self::located`] names the other.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut text = read(path)?;
        let documents = loop {
            match MarkedYaml::load_from_str(&text) {
                Ok(documents) => break documents,
                Err(e) => match duplicates::set_apart(&text, &e) {
                    Some(apart) => text = apart,
                    None => return Err(Failure::file(path, not_yaml(&text, &e))),
                },
            }
        };
        let document = match documents.as_slice() {
            [document] if !document.data.is_badvalue() => document,
            [] | [_] => return Err(Failure::file(path, "empty; expected a policy with version and routes")),
            several => return Err(Failure::file(path, format!("{} documents; expected one", several.len()))),
        };
        let mut source =
            Self { path: path.to_owned(), value: Value::Null, lines: HashMap::new(), duplicates: Vec::new() };
        source.value = source.tree(document, "").map_err(|e| Failure::file(path, e))?;
        Ok(source)
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

    /// The problems and the file's own, in the order of their lines.
    pub fn located(&self, problems: &[Problem]) -> Vec<(usize, Problem)> {
        let mut located = self.duplicates.clone();
        located.extend(problems.iter().map(|p| (self.line(&p.at), p.clone())));
        located.sort_by_key(|(line, _)| *line);
        located
    }

    /// `FILE:LINE: FIELD: MESSAGE`, one problem a line.
    pub fn listing(&self, problems: &[Problem]) -> String {
        let file = self.path.display();
        let lines: Vec<String> =
            self.located(problems).iter().map(|(line, problem)| format!("{file}:{line}: {problem}")).collect();
        lines.join("\n")
    }

    fn tree(&mut self, node: &MarkedYaml<'_>, at: &str) -> Result<Value, String> {
        let line = node.span.start.line();
        self.lines.entry(at.to_owned()).or_insert(line);
        Ok(match &node.data {
            YamlData::Value(Scalar::Null) => Value::Null,
            YamlData::Value(Scalar::Boolean(b)) => Value::from(*b),
            YamlData::Value(Scalar::Integer(i)) => Value::from(*i),
            YamlData::Value(Scalar::FloatingPoint(f)) => Value::from(f.0),
            YamlData::Value(Scalar::String(s)) => Value::from(s.as_ref()),
            YamlData::Sequence(items) => {
                let each = items.iter().enumerate();
                Value::Array(each.map(|(i, item)| self.tree(item, &format!("{at}/{i}"))).collect::<Result<_, _>>()?)
            }
            YamlData::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    let line = key.span.start.line();
                    let YamlData::Value(Scalar::String(name)) = &key.data else {
                        return Err(format!("line {line}: a key must be text"));
                    };
                    let pointer = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    if let Some(name) = duplicates::name(name) {
                        let message = format!("{name} is there twice; keep one");
                        self.duplicates.push((line, Problem { at: pointer(name), message }));
                        continue;
                    }
                    let pointer = pointer(name);
                    self.lines.insert(pointer.clone(), line);
                    map.insert(name.to_string(), self.tree(value, &pointer)?);
                }
                Value::Object(map)
            }
            _ => return Err(format!("line {line}: tags and aliases are not understood here; write the value itself")),
        })
    }
}

fn not_yaml(text: &str, error: &saphyr::ScanError) -> String {
    // The commonest mistake: YAML reads a brace in `{ path: /a/{b} }` as its own.
    let hint = if text.contains("/{") { "; inside { … } a path with {name} needs quotes" } else { "" };
    format!("not YAML: {error}{hint}")
}
