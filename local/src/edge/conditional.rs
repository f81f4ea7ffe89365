//! Conditional requests (RFC 9110, section 13): `If-None-Match`, `If-Modified-Since`, `If-Range`.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use http::HeaderMap;
use http::header::{HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE};

/// What tells one version of an object from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Validators {
    /// As sent: `"…"` or `W/"…"`.
    pub(super) etag: Option<String>,
    /// Unix seconds.
    pub(super) last_modified: Option<i64>,
}

/// Whether the viewer has this version already, so that 304 is the answer.
pub(super) fn not_modified(request: &HeaderMap, object: &Validators) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        // The better validator was sent: the date no longer counts.
        let lines = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        return lines.into_iter().any(|line| names(line, object.etag.as_deref()));
    }
    match (date(request, &IF_MODIFIED_SINCE), object.last_modified) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// Whether a `Range` counts: `If-Range` is missing or says exactly this version.
pub(super) fn range_counts(request: &HeaderMap, object: &Validators) -> bool {
    let Some(condition) = request.get(IF_RANGE) else {
        return true;
    };
    let Ok(condition) = condition.to_str() else {
        return false;
    };
    if condition.trim().starts_with('"') {
        // Strong comparison: a weak tag is never good enough to join two halves.
        return object.etag.as_deref() == Some(condition.trim());
    }
    date(request, &IF_RANGE).is_some_and(|date| Some(date) == object.last_modified)
}

/// Whether a list of entity tags names this one, weakly compared. A tag may hold commas, so splitting at them won't do.
fn names(list: &str, etag: Option<&str>) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let Some(wanted) = etag.map(|etag| etag.strip_prefix("W/").unwrap_or(etag)) else {
        return false;
    };
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        rest = rest.strip_prefix("W/").unwrap_or(rest);
        let Some((tag, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
            return false;
        };
        if wanted.strip_prefix('"').and_then(|wanted| wanted.strip_suffix('"')) == Some(tag) {
            return true;
        }
        rest = after;
    }
}

fn date(request: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let text = request.get(name)?.to_str().ok()?;
    DateTime::from_str(text.trim(), DateTimeFormat::HttpDate).ok().map(|date| date.secs())
}

#[cfg(test)]
mod tests {
    use super::{Validators, not_modified, range_counts};
    use http::{HeaderMap, HeaderName, HeaderValue};

    const MODIFIED: i64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    fn object() -> Validators {
        Validators { etag: Some("\"a,b\"".to_owned()), last_modified: Some(MODIFIED) }
    }

    fn request(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn if_none_match_compares_weakly_and_reads_lists() {
        for (header, expected) in [
            ("\"a,b\"", true),
            ("W/\"a,b\"", true),
            ("*", true),
            ("\"x\", W/\"y\" ,\"a,b\"", true),
            ("\"x\"", false),
            ("a,b", false),
            ("\"a,b", false),
            ("\"a\", \"b\"", false),
            ("", false),
        ] {
            assert_eq!(not_modified(&request(&[("if-none-match", header)]), &object()), expected, "{header}");
        }
        assert!(!not_modified(&request(&[("if-none-match", "\"x\"")]), &Validators::default()));
    }

    #[test]
    fn the_date_counts_only_without_a_tag() {
        let same = ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(not_modified(&request(&[same]), &object()));
        assert!(!not_modified(&request(&[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")]), &object()));
        assert!(!not_modified(&request(&[("if-modified-since", "yesterday")]), &object()));
        assert!(!not_modified(&request(&[same, ("if-none-match", "\"x\"")]), &object()));
        assert!(!not_modified(&request(&[]), &object()));
    }

    #[test]
    fn if_range_demands_the_very_version() {
        for (header, expected) in [
            ("\"a,b\"", true),
            ("W/\"a,b\"", false),
            ("\"x\"", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
            ("never", false),
        ] {
            assert_eq!(range_counts(&request(&[("if-range", header)]), &object()), expected, "{header}");
        }
        assert!(range_counts(&request(&[]), &object()));
        let weak = Validators { etag: Some("W/\"a\"".to_owned()), last_modified: None };
        assert!(!range_counts(&request(&[("if-range", "W/\"a\"")]), &weak));
    }
}
