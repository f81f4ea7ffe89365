//! Policies.

use edge_auth::config::EdgeConfig;
use edge_auth::policy::{Action, Allow, Cache, Gate, Methods, Mode, Origin, Policy, Problem, SignInMode};
use edge_auth::{Memory, Reason, decide};
use serde_json::Value;

use super::site::{ACCESS, End, NOW, SITE, ask, moment, settle};

/// The input is a policy, and also a whole configuration: it is refused with places that are there, or it is a sound one.
pub fn policy(data: &[u8]) {
    let _ = EdgeConfig::from_slice(data);
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    match Policy::from_json(&value) {
        Ok(policy) => {
            check_policy(&policy);
            check_use(policy);
        }
        Err(problems) => check_problems(&problems, &value),
    }
}

fn check_problems(problems: &[Problem], value: &Value) {
    assert!(!problems.is_empty(), "refused without a reason");
    for problem in problems {
        assert!(!problem.message.is_empty() && !problem.to_string().is_empty(), "{problem:?}");
        // What is missing is not there, but what it is missing from is.
        let around = problem.at.rsplit_once('/').map_or("", |(around, _)| around);
        assert!(value.pointer(around).is_some(), "{problem:?} is nowhere");
    }
}

fn check_policy(policy: &Policy) {
    assert!((1..=74).contains(&policy.routes.len()), "{} routes", policy.routes.len());
    assert!(policy.tokens.leeway_seconds <= 300 && (512..=16_384).contains(&policy.tokens.max_bytes));
    assert!(!policy.tokens.query_parameter.is_empty() && policy.sign_in.scopes.iter().any(|s| s == "openid"));
    for (at, route) in policy.routes.iter().enumerate() {
        let behaviour = route.path.behaviour();
        assert!(
            behaviour.starts_with('/') && behaviour.len() <= 255 && !behaviour.starts_with("/_auth/"),
            "{behaviour}"
        );
        let earlier = &policy.routes[..at];
        assert!(!earlier.iter().any(|r| r.path.behaviour() == behaviour), "{behaviour} stands there twice");
        assert!(route.gate == Gate::Lambda || matches!(route.allow, Allow::Anyone | Allow::Pass), "{behaviour}");
        if let Action::Origin { origin: Origin::App, cache } = route.action {
            assert_eq!(cache, Cache::None, "{behaviour} keeps what belongs to one person");
        }
        check_rule(&route.allow, &route.path.names().collect::<Vec<_>>(), 0);
    }
    if policy.sign_in.mode == SignInMode::Page {
        let login = policy.routes.iter().find(|r| r.path.matches_behaviour("/login")).expect("a route for /login");
        assert!(login.allow == Allow::Anyone && login.methods == Methods::All);
    }
}

fn check_rule(allow: &Allow, names: &[&str], depth: usize) {
    assert!(depth <= 8, "a rule {depth} deep");
    match allow {
        Allow::Any(rules) | Allow::All(rules) => {
            assert!(!rules.is_empty(), "a rule of no rules");
            for rule in rules {
                check_rule(rule, names, depth + 1);
            }
        }
        Allow::GroupsAny(list) | Allow::GroupsAll(list) | Allow::ScopesAny(list) | Allow::ScopesAll(list) => {
            // All of nothing holds for everybody.
            assert!(!list.is_empty(), "a rule over nothing");
        }
        Allow::ClaimEqualsPath { segment, .. } => assert!(names.contains(&segment.as_str()), "no {{{segment}}}"),
        Allow::Anyone | Allow::Pass => assert_eq!(depth, 0, "stands alone"),
        Allow::SignedIn | Allow::ClaimIn { .. } => {}
    }
}

/// A site under that policy lets nobody in without a token but where it says so.
fn check_use(policy: Policy) {
    let mut site = SITE.clone();
    site.policy = policy;
    let moment = moment(NOW, 7);
    let bearer = format!("Bearer {ACCESS}");
    for route in site.policy.routes.iter().take(8) {
        let uri = route.path.names().fold(route.path.source().replace(['*', '?'], "x"), |uri, name| {
            uri.replace(&format!("{{{name}}}"), "alice")
        });
        for token in [None, Some(("authorization", bearer.as_str()))] {
            let headers: Vec<_> = [("host", "media.example")].into_iter().chain(token).collect();
            let memory = &mut Memory::new(&site);
            let verdict = decide(ask("GET", &uri, "", &headers), &site, memory, &moment);
            let settled = settle(verdict, &site, memory, &moment);
            if site.policy.mode == Mode::Enforce && matches!(settled.end, End::Forward(_)) {
                let wanted = if settled.reason == Reason::Anyone { None } else { token };
                assert!(settled.reason == Reason::Anyone || settled.reason == Reason::Permitted, "{}", settled.reason);
                let open = open_to(&site.policy, &uri, wanted.is_some());
                assert!(open, "{uri} is forwarded: {}", settled.reason);
            }
        }
    }
}

/// Whether the first route in the way of that path could be open at all.
fn open_to(policy: &Policy, uri: &str, with_token: bool) -> bool {
    let route = policy.routes.iter().find(|route| route.path.matches_behaviour(uri));
    route.is_some_and(|route| match route.allow {
        Allow::Anyone => true,
        Allow::Pass => false,
        _ => with_token && matches!(route.action, Action::Origin { .. }),
    })
}
