//! Reading `answer`: what a route says itself instead of asking an origin.

use super::fields::shown;
use super::{AUTH_PREFIX, Action, Fields, PASS_PREFIX, Pattern};
use crate::pass::LONGEST_TTL;

const DAY: u64 = 86_400;

/// Reads `answer: {pass: {for: PREFIX, ttl: TIME}}` of a route with this path.
pub(super) fn answer(fields: &mut Fields<'_, '_>, path: Option<&Pattern>) -> Option<Action> {
    if let Some(path) = path
        && !is_open_ended(path)
    {
        let message = "must end in /* and have no other * or ? where the route answers with a pass: what stands there \
                       goes behind the prefix";
        fields.problem("path", message);
    }
    let mut answer = fields.section("answer")?;
    if !answer.has("pass") {
        answer.problem("pass", "is missing; expected {for: PREFIX, ttl: TIME}");
    }
    let pass = answer.section("pass").and_then(|mut pass| {
        let (prefix, ttl) = (prefix(&mut pass, path), ttl(&mut pass));
        pass.finish();
        Some(Action::Pass { prefix: prefix?, ttl_seconds: ttl? })
    });
    answer.finish();
    pass
}

fn is_open_ended(path: &Pattern) -> bool {
    path.source().strip_suffix("/*").is_some_and(|before| !before.contains(['*', '?']))
}

fn prefix(pass: &mut Fields<'_, '_>, path: Option<&Pattern>) -> Option<String> {
    if !pass.has("for") {
        pass.problem("for", "is missing; expected a path prefix such as /media/{owner}/");
    }
    let prefix = pass.text("for")?;
    let at = format!("{}/for", pass.at);
    let pattern = Pattern::parse(&prefix, &at).map_err(|found| pass.problems.extend(found)).ok()?;
    if prefix.contains(['*', '?']) {
        pass.problem("for", &format!("is {prefix:?}; a pass opens one prefix, so write it without * and ?"));
    } else if prefix == "/" {
        pass.problem("for", "is \"/\", which would open everything; name a prefix such as /media/{owner}/");
    } else if !prefix.ends_with('/') {
        pass.problem("for", &format!("is {prefix:?}; a prefix ends in /: write {prefix}/"));
    } else if let Some(own) = [PASS_PREFIX, AUTH_PREFIX].iter().find(|own| prefix.starts_with(**own)) {
        pass.problem("for", &format!("is {prefix:?}; no origin has paths under {own}, so leave that out"));
    }
    let strangers = pattern.names().filter(|name| path.is_some_and(|p| p.names().all(|n| n != *name)));
    for stranger in strangers {
        let path = path.map(Pattern::source).unwrap_or_default();
        pass.problem("for", &format!("speaks of {{{stranger}}}, but the path {path:?} has no such segment"));
    }
    Some(prefix)
}

fn ttl(pass: &mut Fields<'_, '_>) -> Option<u64> {
    let Some(node) = pass.take("ttl") else {
        pass.problem("ttl", "is missing; expected a length of time such as 30s, 15m, 6h or 2d");
        return None;
    };
    let found = node.value.as_str().and_then(seconds);
    match found {
        Some(seconds) if seconds <= LONGEST_TTL => return found,
        Some(_) => {
            let why = "whoever has the link can play until then";
            pass.problem("ttl", &format!("is {}; at most {}d: {why}", shown(node.value), LONGEST_TTL / DAY));
        }
        None => {
            let message = format!("is {}; expected a length of time such as 30s, 15m, 6h or 2d", shown(node.value));
            pass.problem("ttl", &message);
        }
    }
    None
}

/// Seconds of a length of time as policies write it: a whole number above zero with its unit, such as `30s`, `15m`, `6h` or `2d`.
pub fn seconds(text: &str) -> Option<u64> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => DAY,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|_| count.bytes().all(|b| b.is_ascii_digit()))?;
    count.checked_mul(unit).filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_length_of_time_has_one_number_and_one_unit() {
        let read = |text| seconds(text);
        assert_eq!(
            [read("30s"), read("15m"), read("6h"), read("2d")],
            [Some(30), Some(900), Some(21_600), Some(172_800)]
        );
        for text in [
            "",
            "6",
            "h",
            "0h",
            "+6h",
            "-6h",
            "6 h",
            "1.5h",
            "6H",
            "6h30m",
            "6µ",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
