//! What the source leaves open: the policy, and the refusals with their words.

use edge_auth::Reason;
use edge_auth::policy::{Action, Allow, Gate, Mode, Origin, Policy, TokenSource};
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

/// `POLICY` of the source: the routes with `gate: function`, in order, and what it takes to strip and to answer.
pub fn policy(policy: &Policy) -> String {
    let mode = match policy.mode {
        Mode::Off => "off",
        Mode::Log => "log",
        Mode::Enforce => "enforce",
    };
    let routes = policy.routes.iter().filter(|route| route.gate == Gate::Function);
    let routes: Vec<Value> = routes
        .map(|route| {
            let path = route.path.behaviour();
            let (begins, rest) = path.split_at(path.find(['*', '?']).unwrap_or(path.len()));
            json!({
                "begins": begins,
                "rest": rest,
                "pass": route.allow == Allow::Pass,
                "plus": matches!(route.action, Action::Origin { origin: Origin::App, .. }),
                "methods": route.methods.names(),
            })
        })
        .collect();
    json!({
        "mode": mode,
        "parameter": policy.tokens.query_parameter,
        "bearer": policy.tokens.from.contains(&TokenSource::Bearer),
        "origins": policy.allow_origins,
        "routes": routes,
    })
    .to_string()
}

/// `REASONS` of the source: name to status and message.
pub fn reasons() -> String {
    let reasons = REFUSALS.iter().map(|r| (r.as_str().to_owned(), json!([r.status(), r.message()])));
    Value::Object(reasons.collect::<Map<_, _>>()).to_string()
}
