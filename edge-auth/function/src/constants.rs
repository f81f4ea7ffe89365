//! What the source leaves open: the policy, and the refusals with their words.

use edge_auth::Reason;
use edge_auth::policy::{Action, Allow, Gate, Mode, Origin, Policy, Route, TokenSource};
use serde_json::{Map, Value, json};

/// The reasons that the function can have.
const REFUSALS: [Reason; 14] = [
    Reason::PathNotCanonical,
    Reason::NoRoute,
    Reason::CorsOrigin,
    Reason::MethodNotAllowed,
    Reason::PassMalformed,
    Reason::PassKeyUnknown,
    Reason::PassSignatureInvalid,
    Reason::PassExpired,
    Reason::PassNotYetValid,
    Reason::PassPath,
    Reason::PassMethod,
    Reason::PassNetwork,
    Reason::PassRevoked,
    Reason::PassUnavailable,
];

/// The constants of the source by their names: the routes with `gate: function`, in order, and what it takes to strip and to answer.
/// Each is one of its own, so that what a policy has no use for is left out.
pub fn all(policy: &Policy) -> [(&'static str, Value); 8] {
    let routes: Vec<&Route> = policy.routes.iter().filter(|route| route.gate == Gate::Function).collect();
    let only_passes = policy.mode == Mode::Enforce && routes.iter().all(|route| route.allow == Allow::Pass);
    [
        ("MODE", mode(policy).into()),
        ("PARAMETER", policy.tokens.query_parameter.clone().into()),
        ("BEARER", policy.tokens.from.contains(&TokenSource::Bearer).into()),
        ("ORIGINS", json!(policy.allow_origins)),
        ("WILDCARDS", routes.iter().any(|route| parts(route).1 != "*").into()),
        ("ONLY_PASSES", only_passes.into()),
        ("ROUTES", routes.into_iter().map(route).collect()),
        ("REASONS", reasons()),
    ]
}

fn mode(policy: &Policy) -> &'static str {
    match policy.mode {
        Mode::Off => "off",
        Mode::Log => "log",
        Mode::Enforce => "enforce",
    }
}

/// A route's pattern up to the first wildcard, and the rest of it.
fn parts(route: &Route) -> (String, String) {
    let mut path = route.path.behaviour();
    let rest = path.split_off(path.find(['*', '?']).unwrap_or(path.len()));
    (path, rest)
}

/// What is to be known of a route.
fn route(route: &Route) -> Value {
    let (begins, rest) = parts(route);
    json!({
        "begins": begins,
        "rest": rest,
        "pass": route.allow == Allow::Pass,
        "plus": matches!(route.action, Action::Origin { origin: Origin::App, .. }),
        "methods": route.methods.names(),
    })
}

/// Name to status and message.
fn reasons() -> Value {
    let reasons = REFUSALS.iter().map(|r| (r.as_str().to_owned(), json!([r.status(), r.message()])));
    Value::Object(reasons.collect::<Map<_, _>>())
}
