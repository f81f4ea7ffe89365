//! Reading events: one, an array, or one a line.

use std::path::Path;

use edge_auth::event::Event;
use serde::Deserialize as _;
use serde_json::Value;

use crate::failure::{Failure, read};

/// The events of a file, in order.
pub fn read_events(path: &Path) -> Result<Vec<Event<'static>>, Failure> {
    let text = read(path)?;
    let values = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Array(list)) => list,
        Ok(one) => vec![one],
        Err(whole) => lines(&text, &whole).map_err(|e| Failure::file(path, e))?,
    };
    if values.is_empty() {
        return Err(Failure::file(path, "no event in it"));
    }
    let each = values.into_iter().enumerate();
    each.map(|(i, value)| event(value).map_err(|e| Failure::file(path, format!("event {i}: {e}")))).collect()
}

fn lines(text: &str, whole: &serde_json::Error) -> Result<Vec<Value>, String> {
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut values = Vec::new();
    for (i, line) in filled {
        match serde_json::from_str(line) {
            Ok(value) => values.push(value),
            // Where not even the first line stands alone, the file was meant as one value.
            Err(_) if values.is_empty() => return Err(format!("not JSON: {whole}")),
            Err(e) => return Err(format!("line {}: not JSON: {e}", i + 1)),
        }
    }
    Ok(values)
}

fn event(value: Value) -> Result<Event<'static>, String> {
    let shape = "expected {\"Records\":[{\"cf\":{\"request\":{\"uri\":…,\"method\":…}}}]}";
    let mut event = Event::deserialize(value).map_err(|e| format!("{e}; {shape}"))?;
    if event.records.len() != 1 {
        return Err(format!("Records holds {} records; CloudFront sends exactly one", event.records.len()));
    }
    // CloudFront's names are lower-case; people write them as they know them.
    for record in &mut event.records {
        let headers = &mut record.cf.request.headers;
        *headers = std::mem::take(headers).lower_case();
    }
    Ok(event)
}
