//! The event of a CloudFront Function, and its three lists of fields: names to `{value, multiValue}`.

use edge_auth::event::Request;
use serde_json::{Map, Value, json};

use crate::edge::DISTRIBUTION_DOMAIN;
use crate::edge::request_id::RequestId;
use crate::edge::viewer_request::DISTRIBUTION_ID;

/// The event around a request: version 1.0 of its structure.
pub(in crate::edge) fn event(id: &RequestId, request: &Request<'_>) -> Value {
    let lines = request.headers.iter().filter(|(name, _)| *name != "cookie").map(|(name, line)| (name, &*line.value));
    let cookies = request.headers.values("cookie").flat_map(|line| line.split(';')).map(str::trim);
    let cookies = cookies.filter(|pair| !pair.is_empty()).map(pair);
    let query = request.querystring.split('&').filter(|pair| !pair.is_empty()).map(pair);
    json!({
        "version": "1.0",
        "context": {
            "distributionDomainName": DISTRIBUTION_DOMAIN,
            "distributionId": DISTRIBUTION_ID,
            "eventType": "viewer-request",
            "requestId": id.as_str(),
        },
        "viewer": {"ip": request.client_ip},
        "request": {
            "method": request.method,
            "uri": request.uri,
            "querystring": fields(query),
            "headers": fields(lines),
            "cookies": fields(cookies),
        },
    })
}

/// `NAME=VALUE`, neither decoded; no value where there is no `=`.
fn pair(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}

/// What comes more than once has its first value as `value`, and all of them as `multiValue`.
fn fields<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in pairs {
        let line = json!({"value": value});
        let Some(field) = fields.get_mut(name).and_then(Value::as_object_mut) else {
            fields.insert(name.to_owned(), line);
            continue;
        };
        let first = json!({"value": field.get("value")});
        let all = field.entry("multiValue").or_insert_with(|| json!([first]));
        all.as_array_mut().into_iter().for_each(|all| all.push(line.clone()));
    }
    fields
}

/// Every name with every value, as [`event`] has put them; `None` where a field is of another shape.
pub(in crate::edge) fn pairs(fields: &Value) -> Option<Vec<(&str, &str)>> {
    let mut pairs = Vec::new();
    for (name, field) in fields.as_object()? {
        match field.get("multiValue") {
            None => pairs.push((name.as_str(), field.get("value")?.as_str()?)),
            Some(values) => {
                for value in values.as_array()? {
                    pairs.push((name.as_str(), value.get("value")?.as_str()?));
                }
            }
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_there_and_back() {
        let query = ["a=1", "b=2", "a=", "c", "=x", "a=1=2", "%61=%31", "__proto__=y"];
        let fields = Value::Object(fields(query.into_iter().map(pair)));
        assert_eq!(
            fields,
            json!({
                "a": {"value": "1", "multiValue": [{"value": "1"}, {"value": ""}, {"value": "1=2"}]},
                "b": {"value": "2"},
                "c": {"value": ""},
                "": {"value": "x"},
                "%61": {"value": "%31"},
                "__proto__": {"value": "y"},
            })
        );
        let back = pairs(&fields).unwrap();
        assert_eq!(back.len(), query.len());
        assert_eq!(back.first_chunk(), Some(&[("a", "1"), ("a", ""), ("a", "1=2"), ("b", "2")]));
        for wrong in [
            json!([]),
            json!({"a": "1"}),
            json!({"a": {}}),
            json!({"a": {"value": 1}}),
            json!({"a": {"multiValue": [1]}}),
        ] {
            assert_eq!(pairs(&wrong), None, "{wrong}");
        }
    }
}
