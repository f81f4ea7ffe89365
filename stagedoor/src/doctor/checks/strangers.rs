//! Whatever the policy says of strangers, the site does.

use edge_auth::policy::Mode;
use edge_auth::policy::explain::{Body, Ending, Explanation, Question, SignInPlace};

use super::closed_path;
use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::{Answer, Visitor};

/// What a browser sends where a person follows a link, and what a script sends.
const PAGE: &[(&str, &str)] =
    &[("accept", "text/html"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
const SCRIPT: &[(&str, &str)] = &[("accept", "application/json")];

const OPEN: &str = "the edge does not refuse it: is the distribution deployed, and policy.yaml the one that was applied? \
    `terraform apply`, and wait until the distribution is no longer in progress";
const CLOSED: &str = "a route that is open is refused or broken: compare policy.yaml with what was applied, and look at the \
    log of the edge function and of the app";

/// A path of each route, asked by a script and by a browser, and one path with two readings.
pub async fn get_what_the_policy_says(site: &Deployment, visitor: &mut Visitor) -> Vec<Finding> {
    let mut findings = Vec::new();
    if site.policy.mode != Mode::Enforce {
        let advice = "set mode to enforce in policy.yaml, and apply";
        findings.push(Finding::judged("mode", "policy.yaml", false, (mode(site.policy.mode), "enforce"), advice));
    }
    let examples = site.policy.routes.iter().map(|route| (route.path.source(), route.path.example()));
    let odd = [("a path with two readings", "/media/%2e%2e/x".to_owned())];
    for (route, path) in examples.chain(odd) {
        let said = site.policy.explain(Question { path: &path, method: "GET", claims: None });
        let decided_by = said.route.as_ref().map(|decided| decided.path.as_str());
        if route.starts_with('/') && decided_by != Some(route) {
            let why = format!("an earlier route takes {path}, which stands for this one");
            findings.push(Finding::left_out("stranger", route, why));
            continue;
        }
        findings.push(ask(site, visitor, &path, &said, "script").await);
        if said.page.as_ref().is_some_and(|page| *page != said.script) {
            findings.push(ask(site, visitor, &path, &said, "page").await);
        }
    }
    findings
}

/// A client that says who it is in the edge's own words is a stranger all the same.
pub async fn forged_identity_counts_for_nothing(site: &Deployment, visitor: &mut Visitor) -> Finding {
    let check = "forged";
    let Some(path) = closed_path(site) else {
        return Finding::left_out(check, "x-stagedoor-token", "no route refuses strangers with a status");
    };
    let expected = "401 no_token";
    let forged =
        [("x-stagedoor-token", "forged"), ("x-stagedoor-host", "stranger.invalid"), ("x_stagedoor_token", "forged")];
    let seen = visitor.ask("GET", &path, &forged).await.map_or_else(|why| why, |answer| answer.in_short());
    let advice = "a header of the client is taken for the edge's: is the edge function at every behaviour?";
    Finding::judged(check, format!("GET {path}"), seen == expected, (seen, expected), advice)
}

/// No answer so far held a header that is between edge and app, or a session's cookie.
pub fn see_no_identity(visitor: &Visitor) -> Finding {
    let leaks: Vec<&str> = visitor.leaks().iter().map(String::as_str).collect();
    let seen = if leaks.is_empty() { "none".to_owned() } else { leaks.join(", ") };
    let advice =
        "an answer shows what is between edge and app: no origin may send x-stagedoor-* or a session to a stranger";
    Finding::judged("identity", "headers of all answers", leaks.is_empty(), (seen, "none"), advice)
}

async fn ask(site: &Deployment, visitor: &mut Visitor, path: &str, said: &Explanation, who: &str) -> Finding {
    let (headers, ending) = match &said.page {
        Some(page) if who == "page" => (PAGE, page),
        _ => (SCRIPT, &said.script),
    };
    let target = format!("GET {path} as a {who}");
    let (good, seen) = match visitor.ask("GET", path, headers).await {
        Ok(answer) => (is(site, &answer, ending, said.reason.as_str()), seen(&answer)),
        Err(why) => (false, why),
    };
    let advice = if ending.is_allowed() { CLOSED } else { OPEN };
    let check = if ending.is_allowed() { "open" } else { "stranger" };
    Finding::judged(check, target, good, (seen, expected(ending, said.reason.as_str())), advice)
}

/// Whether the answer is that ending.
fn is(site: &Deployment, answer: &Answer, ending: &Ending, reason: &str) -> bool {
    let location = answer.header("location");
    match ending {
        // Whatever the origin says of a thing that may not be there: it was asked.
        Ending::Forward { .. } => {
            answer.status < 500 && answer.header("x-stagedoor-reason").is_empty() && !leads_to_sign_in(site, location)
        }
        Ending::SignIn { status, at } => {
            let leads = match at {
                SignInPlace::Hosted => location.split('?').next() == Some(site.sign_in.authorize.as_str()),
                SignInPlace::Page => location.starts_with("/login?"),
            };
            answer.status == *status && leads && is_not_kept(answer)
        }
        Ending::Refusal { status, body } => {
            let content_type = answer.header("content-type");
            let is_body = match body {
                Body::Json => content_type.starts_with("application/json"),
                Body::Page => content_type.starts_with("text/html"),
                Body::CloudFront => true,
            };
            let is_ours = answer.header("x-stagedoor-reason") == reason && is_not_kept(answer);
            answer.status == *status && is_body && (is_ours || *body == Body::CloudFront)
        }
        // No stranger gets there.
        Ending::Pass { .. } | Ending::SignInAddress => false,
    }
}

fn leads_to_sign_in(site: &Deployment, location: &str) -> bool {
    location.starts_with("/login?") || location.split('?').next() == Some(site.sign_in.authorize.as_str())
}

fn is_not_kept(answer: &Answer) -> bool {
    answer.header("cache-control").split(',').any(|directive| directive.trim() == "no-store")
}

fn expected(ending: &Ending, reason: &str) -> String {
    match ending {
        Ending::Forward { origin, .. } => {
            let origin = serde_json::json!(origin);
            format!("an answer of {}", origin.as_str().unwrap_or_default())
        }
        Ending::SignIn { status, at: SignInPlace::Hosted } => format!("{status} to the pool's sign-in, no-store"),
        Ending::SignIn { status, at: SignInPlace::Page } => format!("{status} to /login, no-store"),
        Ending::Refusal { status, body: Body::Json } => format!("{status} {reason}, application/json, no-store"),
        Ending::Refusal { status, body: Body::Page } => format!("{status} {reason}, text/html, no-store"),
        Ending::Refusal { status, body: Body::CloudFront } => format!("{status} of CloudFront itself"),
        Ending::Pass { .. } | Ending::SignInAddress => "nothing that a stranger gets".to_owned(),
    }
}

/// Of an address its query is left out: it holds the state of a sign-in.
fn seen(answer: &Answer) -> String {
    let mut said = answer.in_short();
    if let Some(place) = answer.header("location").split('?').next().filter(|place| !place.is_empty()) {
        said = format!("{said} to {place}");
    }
    let kept = if is_not_kept(answer) { ", no-store" } else { "" };
    match answer.header("content-type").split(';').next() {
        Some(content_type) if !content_type.is_empty() => format!("{said}, {content_type}{kept}"),
        _ => format!("{said}{kept}"),
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => "off: nothing is decided",
        Mode::Log => "log: strangers get through",
        Mode::Enforce => "enforce",
    }
}
