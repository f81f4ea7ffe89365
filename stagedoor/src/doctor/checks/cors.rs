//! Preflights: those of allowed origins pass, nobody else's.

use super::closed_path;
use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::{Answer, Visitor};

const FOREIGN: &str = "https://stranger.invalid";

/// One of each allowed origin, and a stranger's.
pub async fn preflights(site: &Deployment, visitor: &mut Visitor) -> Vec<Finding> {
    let check = "preflight";
    let Some(path) = closed_path(site) else {
        return vec![Finding::left_out(check, "OPTIONS", "no route refuses strangers with a status")];
    };
    let mut findings = Vec::new();
    for origin in &site.policy.allow_origins {
        let expected = format!("204 for {origin}, credentials true, vary Origin");
        let advice = "the edge answers preflights by cors.allow_origins of policy.yaml: apply it; a response headers policy \
            must not say otherwise";
        let (good, seen) = match ask(visitor, &path, origin).await {
            Ok(answer) => (passes(&answer, origin), seen(&answer)),
            Err(why) => (false, why),
        };
        findings.push(Finding::judged(check, format!("OPTIONS {path}"), good, (seen, expected), advice));
    }
    let advice = "an origin that policy.yaml does not name may read answers: look at cors.allow_origins and the response \
        headers policy";
    let (good, seen) = match ask(visitor, &path, FOREIGN).await {
        Ok(answer) => (answer.status == 403 && answer.header("access-control-allow-origin").is_empty(), seen(&answer)),
        Err(why) => (false, why),
    };
    let expected = format!("403 for {FOREIGN}");
    findings.push(Finding::judged(check, format!("OPTIONS {path}"), good, (seen, expected), advice));
    findings
}

async fn ask(visitor: &mut Visitor, path: &str, origin: &str) -> Result<Answer, String> {
    visitor.ask("OPTIONS", path, &[("origin", origin), ("access-control-request-method", "GET")]).await
}

fn passes(answer: &Answer, origin: &str) -> bool {
    let varies = answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
    answer.status == 204
        && answer.header("access-control-allow-origin") == origin
        && answer.header("access-control-allow-credentials") == "true"
        && varies.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

fn seen(answer: &Answer) -> String {
    let (status, credentials) = (answer.in_short(), answer.header("access-control-allow-credentials"));
    match answer.header("access-control-allow-origin") {
        "" => format!("{status} for nobody"),
        origin if credentials.is_empty() => format!("{status} for {origin}, no credentials"),
        origin => format!("{status} for {origin}, credentials {credentials}"),
    }
}
