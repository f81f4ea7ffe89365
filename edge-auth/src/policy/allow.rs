//! Reading a route's rule.

use serde_json::Value;

use super::fields::shown;
use super::{Allow, Fields, Node, Pattern, Problem};

/// Deeper `any`/`all` nesting than this is a mistake, and reading stays bounded.
const DEEPEST: usize = 8;

/// Claims that are numbers in every token: a rule compares texts.
const NUMBERS: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];

/// Reads the rule of a route with this path; `{name}`s are not checked where the path could not be read.
pub(super) fn allow(node: &Node<'_>, path: Option<&Pattern>, problems: &mut Vec<Problem>) -> Option<Allow> {
    rule(node, path, 0, problems)
}

fn rule(node: &Node<'_>, path: Option<&Pattern>, depth: usize, problems: &mut Vec<Problem>) -> Option<Allow> {
    let message = match node.value {
        Value::String(text) if text == "anyone" => return Some(Allow::Anyone),
        Value::String(text) if text == "signed_in" => return Some(Allow::SignedIn),
        Value::String(text) if text == "pass" => return Some(Allow::Pass),
        Value::Object(_) if depth < DEEPEST => {
            let node = Node { value: node.value, at: node.at.clone() };
            return mapping(node.fields(problems)?, path, depth);
        }
        Value::Object(_) => format!("allow is nested more than {DEEPEST} deep; say it with fewer any and all"),
        other => format!("allow is {}; expected anyone, signed_in, pass or a mapping", shown(other)),
    };
    problems.push(Problem { at: node.at.clone(), message });
    None
}

type Make<T> = fn(Vec<T>) -> Allow;
const LISTS: [(&str, Make<String>); 4] = [
    ("groups_any", Allow::GroupsAny),
    ("groups_all", Allow::GroupsAll),
    ("scopes_any", Allow::ScopesAny),
    ("scopes_all", Allow::ScopesAll),
];
const NESTED: [(&str, Make<Allow>); 2] = [("any", Allow::Any), ("all", Allow::All)];

fn mapping(mut fields: Fields<'_, '_>, path: Option<&Pattern>, depth: usize) -> Option<Allow> {
    let problems_before = fields.problems.len();
    let (mut rules, mut said) = (Vec::new(), 0);
    for (name, make) in LISTS {
        said += usize::from(fields.has(name));
        rules.extend(names(&mut fields, name).map(make));
    }
    for (name, make) in NESTED {
        said += usize::from(fields.has(name));
        rules.extend(nested(&mut fields, name, path, depth).map(make));
    }
    said += usize::from(fields.has("claim"));
    rules.extend(claim(&mut fields, path));
    // Where a key is misspelt or stands alone, that is said and enough.
    let explained = fields.problems.len() > problems_before || fields.unknown().next().is_some();
    if said > 1 || (said == 0 && !explained) {
        let message = format!("allow holds {said} rules; expected exactly one (combine several with any or all)");
        fields.problems.push(Problem { at: fields.at.clone(), message });
    }
    fields.finish();
    rules.pop()
}

/// The names of a group or scope rule.
fn names(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<Vec<String>> {
    let names = fields.names(name)?;
    if names.is_empty() {
        fields.problem(name, "is empty; name at least one");
    }
    for (i, text) in names.iter().enumerate() {
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let message = format!("holds {text:?}; no group or scope has a space in its name, so write each alone");
            fields.item_problem(name, i, &message);
        }
    }
    Some(names)
}

fn nested(fields: &mut Fields<'_, '_>, name: &'static str, path: Option<&Pattern>, depth: usize) -> Option<Vec<Allow>> {
    let list = fields.list(name)?;
    if list.is_empty() {
        fields.problem(name, "is empty; name at least one rule");
    }
    let mut rules = Vec::with_capacity(list.len());
    for (i, value) in list.iter().enumerate() {
        let node = Node { value, at: format!("{}/{name}/{i}", fields.at) };
        let rule = rule(&node, path, depth + 1, fields.problems);
        // `anyone` inside would make the rest of the rule dead text; a request brings a pass or a token, not both.
        if let Some(Allow::Anyone | Allow::Pass) = rule {
            fields.item_problem(name, i, &format!("holds {}, which stands alone: as the whole of allow", shown(value)));
        } else {
            rules.extend(rule);
        }
    }
    (rules.len() == list.len()).then_some(rules)
}

fn claim(fields: &mut Fields<'_, '_>, path: Option<&Pattern>) -> Option<Allow> {
    let has_claim = fields.has("claim");
    let claim = fields.text("claim");
    let (values, segment) = (fields.distinct("in"), fields.text("equals_path"));
    for name in ["in", "equals_path"] {
        if fields.has(name) && !has_claim {
            fields.problem(name, "needs claim beside it: which claim is meant, such as sub");
        }
    }
    let ways = usize::from(fields.has("in")) + usize::from(fields.has("equals_path"));
    if has_claim && ways != 1 {
        fields.problem("claim", "needs exactly one of in (a list of texts) and equals_path (a {name} of the path)");
    }
    if values.as_ref().is_some_and(Vec::is_empty) {
        fields.problem("in", "is empty; name at least one text");
    }
    if let Some(segment) = segment.as_deref() {
        check_segment(fields, segment, path);
    }
    let claim = claim?;
    let instead = match claim.as_str() {
        "" => "is empty; name a claim, such as sub".to_owned(),
        "cognito:groups" => "is cognito:groups, which is a list; use groups_any or groups_all".to_owned(),
        "scope" => "is scope, which holds several; use scopes_any or scopes_all".to_owned(),
        number if NUMBERS.contains(&number) => {
            format!("is {number}, which is a number in every token; a rule compares texts")
        }
        _ => {
            return match (values, segment) {
                (Some(values), None) => Some(Allow::ClaimIn { claim, values }),
                (None, Some(segment)) => Some(Allow::ClaimEqualsPath { claim, segment }),
                _ => None,
            };
        }
    };
    fields.problem("claim", &instead);
    None
}

fn check_segment(fields: &mut Fields<'_, '_>, segment: &str, path: Option<&Pattern>) {
    let Some(path) = path else { return };
    if path.names().any(|name| name == segment) {
        return;
    }
    let bare = segment.trim_matches(['{', '}']);
    let message = if path.names().any(|name| name == bare) {
        format!("is {segment:?}; write the name without braces: {bare}")
    } else {
        format!("is {segment:?}, but the path {:?} has no {{{bare}}}", path.source())
    };
    fields.problem("equals_path", &message);
}
