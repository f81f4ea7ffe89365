//! Reading and checking the routes of a policy.

use serde_json::Value;

use super::read::{Fields, Node, kind};
use super::{Action, Allow, Cache, Denied, Gate, Methods, Origin, Pattern, Policy, Problem, Route, SignInMode};

/// CloudFront takes 75 behaviours; `/_auth/*` is one of them.
const MOST_ROUTES: usize = 74;
/// Deeper `any`/`all` nesting than this is a mistake, and reading stays bounded.
const DEEPEST_ALLOW: usize = 8;

pub(super) fn routes(node: Node<'_>, problems: &mut Vec<Problem>) -> Vec<Route> {
    let Value::Array(list) = node.value else {
        problems.push(Problem { at: node.at, message: format!("routes is {}; a list expected", kind(node.value)) });
        return Vec::new();
    };
    if list.is_empty() {
        problems.push(Problem { at: node.at.clone(), message: "routes is empty: nothing could be fetched".to_owned() });
    }
    if list.len() > MOST_ROUTES {
        let message = format!("{} routes; CloudFront takes at most {MOST_ROUTES} beside /_auth/*", list.len());
        problems.push(Problem { at: node.at.clone(), message });
    }
    let each = list.iter().enumerate();
    each.filter_map(|(i, value)| route(Node { value, at: format!("{}/{i}", node.at) }, problems)).collect()
}

fn route(node: Node<'_>, problems: &mut Vec<Problem>) -> Option<Route> {
    let mut fields = node.fields(problems)?;
    let path = fields.text("path");
    if path.is_none() && fields.take("path").is_none() {
        fields.problem("path", "is missing");
    }
    let path = path.and_then(|source| {
        let at = format!("{}/path", fields.at);
        Pattern::parse(&source, &at).map_err(|found| fields.problems.extend(found)).ok()
    });
    let allow = if let Some(node) = fields.take("allow") {
        allow(&node, 0, fields.problems)
    } else {
        fields.problem("allow", "is missing: say who may, such as signed_in or anyone");
        None
    };
    let gate = fields.choice("gate", &[("lambda", Gate::Lambda), ("function", Gate::Function)]).unwrap_or(Gate::Lambda);
    let denied = fields
        .choice("denied", &[("auto", Denied::Auto), ("redirect", Denied::Redirect), ("status", Denied::Status)])
        .unwrap_or(Denied::Auto);
    let methods = fields.choice("methods", &[("read", Methods::Read), ("all", Methods::All)]).unwrap_or(Methods::Read);
    let action = action(&mut fields);
    let route = Route { path: path?, allow: allow?, gate, action: action?, denied, methods };
    if gate == Gate::Function && !matches!(route.allow, Allow::Anyone | Allow::Pass) {
        fields.problem("gate", "is function, which knows no tokens: allow must be anyone or pass");
    }
    for name in unknown_segments(&route) {
        fields.problem("allow", &format!("speaks of {{{name}}}, which is not in the path {:?}", route.path.source()));
    }
    fields.finish();
    Some(route)
}

fn action(fields: &mut Fields<'_, '_>) -> Option<Action> {
    let origins = [("app", Origin::App), ("site", Origin::Site), ("media", Origin::Media)];
    let caches = [("none", Cache::None), ("media", Cache::Media), ("immutable", Cache::Immutable)];
    let origin = fields.choice("origin", &origins);
    let cache = fields.choice("cache", &caches);
    if let Some(mut answer) = fields.section("answer") {
        let mut pass = answer.section("pass")?;
        let prefix = pass.text("for");
        let ttl = pass.text("ttl");
        let ttl_seconds = ttl.as_deref().and_then(seconds);
        if ttl_seconds.is_none() {
            pass.problem("ttl", "must be a length of time such as 30s, 15m, 6h or 2d");
        }
        if !prefix.as_deref().is_some_and(|p| p.starts_with('/') && p.ends_with('/')) {
            pass.problem("for", "must be a path prefix that begins and ends with /");
        }
        pass.finish();
        answer.finish();
        if origin.is_some() {
            fields.problem("answer", "and origin exclude each other");
        }
        return Some(Action::Pass { prefix: prefix?, ttl_seconds: ttl_seconds? });
    }
    if origin.is_none() && fields.take("origin").is_none() {
        fields.problem("origin", "is missing; expected app, site or media");
    }
    let cache = cache.unwrap_or(Cache::None);
    if origin == Some(Origin::App) && cache != Cache::None {
        fields.problem("cache", "must be none where origin is app: its answers belong to one person");
    }
    Some(Action::Origin { origin: origin?, cache })
}

fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let count: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    count.checked_mul(unit).filter(|s| *s > 0)
}

fn allow(node: &Node<'_>, depth: usize, problems: &mut Vec<Problem>) -> Option<Allow> {
    let mut wrong = |message: String| {
        problems.push(Problem { at: node.at.clone(), message });
        None
    };
    match node.value {
        Value::String(text) => match text.as_str() {
            "anyone" => Some(Allow::Anyone),
            "signed_in" => Some(Allow::SignedIn),
            "pass" => Some(Allow::Pass),
            other => wrong(format!("allow is {other:?}; expected anyone, signed_in, pass or a mapping")),
        },
        Value::Object(_) if depth >= DEEPEST_ALLOW => wrong(format!("allow is nested more than {DEEPEST_ALLOW} deep")),
        Value::Object(_) => {
            let node = Node { value: node.value, at: node.at.clone() };
            allow_mapping(node.fields(problems)?, depth)
        }
        other => wrong(format!("allow is {}; expected anyone, signed_in, pass or a mapping", kind(other))),
    }
}

fn allow_mapping(mut fields: Fields<'_, '_>, depth: usize) -> Option<Allow> {
    type Make<T> = fn(Vec<T>) -> Allow;
    let lists: [(&'static str, Make<String>); 4] = [
        ("groups_any", Allow::GroupsAny),
        ("groups_all", Allow::GroupsAll),
        ("scopes_any", Allow::ScopesAny),
        ("scopes_all", Allow::ScopesAll),
    ];
    let mut found = Vec::new();
    for (name, make) in lists {
        if let Some(names) = fields.strings(name) {
            if names.is_empty() {
                fields.problem(name, "is empty");
            }
            found.push(make(names));
        }
    }
    let nested: [(&'static str, Make<Allow>); 2] = [("any", Allow::Any), ("all", Allow::All)];
    for (name, make) in nested {
        let Some(node) = fields.take(name) else { continue };
        let list = node.value.as_array().map(Vec::as_slice).unwrap_or_default();
        if list.is_empty() {
            fields.problem(name, "must be a list of at least one rule");
        }
        let each = list.iter().enumerate();
        let rules = each
            .map(|(i, value)| {
                let at = format!("{}/{i}", node.at);
                let rule = allow(&Node { value, at: at.clone() }, depth + 1, fields.problems)?;
                // `anyone` inside would make the rest of the rule dead text; a pass never comes with a token.
                if matches!(rule, Allow::Anyone | Allow::Pass) {
                    fields.problems.push(Problem { at, message: "anyone and pass stand alone".to_owned() });
                }
                Some(rule)
            })
            .collect::<Option<Vec<_>>>()?;
        found.push(make(rules));
    }
    if let Some(claim) = fields.text("claim") {
        match (fields.strings("in"), fields.text("equals_path")) {
            (Some(values), None) => found.push(Allow::ClaimIn { claim, values }),
            (None, Some(segment)) => found.push(Allow::ClaimEqualsPath { claim, segment }),
            _ => fields.problem("claim", "needs exactly one of in and equals_path"),
        }
    }
    if found.len() != 1 {
        let at = fields.at.clone();
        let message = format!("allow holds {} rules; expected exactly one (combine with any or all)", found.len());
        fields.problems.push(Problem { at, message });
    }
    fields.finish();
    found.pop()
}

/// The `{name}`s that the rule or the answer speaks of and the path does not have.
fn unknown_segments(route: &Route) -> Vec<String> {
    fn spoken<'a>(allow: &'a Allow, into: &mut Vec<&'a str>) {
        match allow {
            Allow::ClaimEqualsPath { segment, .. } => into.push(segment),
            Allow::Any(rules) | Allow::All(rules) => rules.iter().for_each(|r| spoken(r, into)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    spoken(&route.allow, &mut names);
    if let Action::Pass { prefix, .. } = &route.action {
        names.extend(prefix.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')));
    }
    names.retain(|name| !route.path.names().any(|n| n == *name));
    names.into_iter().map(str::to_owned).collect()
}

/// What only shows with all routes side by side.
pub(super) fn check_all(policy: &Policy, problems: &mut Vec<Problem>) {
    for (i, route) in policy.routes.iter().enumerate() {
        let own = route.path.behaviour();
        // A pattern that an earlier one matches as text is matched by it wherever it matches itself.
        let earlier = policy.routes.iter().take(i).find(|r| r.path.matches_behaviour(&own));
        if let Some(earlier) = earlier {
            problems.push(Problem {
                at: format!("/routes/{i}/path"),
                message: format!("{own} is never reached: {} comes first and matches the same", earlier.path.source()),
            });
        }
        if own.starts_with(super::AUTH_PREFIX) {
            let message = "/_auth/ belongs to sign-in; no route can live there".to_owned();
            problems.push(Problem { at: format!("/routes/{i}/path"), message });
        }
    }
    if policy.sign_in.mode == SignInMode::Page {
        let login = policy.routes.iter().find(|r| r.path.matches_behaviour("/login"));
        if !login.is_some_and(|r| r.allow == Allow::Anyone && r.methods == Methods::All) {
            problems.push(Problem {
                at: "/sign_in/mode".to_owned(),
                message: "mode page needs a route for /login with allow: anyone and methods: all".to_owned(),
            });
        }
    }
}
