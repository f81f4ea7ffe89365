//! The checks, in the order in which a visitor meets what they are about.

mod cors;
mod headers;
mod identity;
mod strangers;
mod transport;
mod versions;

use edge_auth::policy::explain::{Ending, Question};

use super::finding::Finding;
use super::outputs::Deployment;
use super::visitor::Visitor;

/// Makes every check.
pub async fn examine(site: &Deployment, visitor: &mut Visitor) -> Vec<Finding> {
    let mut findings = vec![transport::redirects_to_https(site, visitor).await];
    findings.extend(strangers::get_what_the_policy_says(site, visitor).await);
    findings.push(strangers::forged_identity_counts_for_nothing(site, visitor).await);
    findings.extend(cors::preflights(site, visitor).await);
    findings.push(identity::discovery(site, visitor).await);
    findings.push(identity::keys(site, visitor).await);
    findings.push(identity::sign_in(site, visitor).await);
    findings.extend(headers::of_every_origin(site, visitor).await);
    findings.extend(versions::equal(site, visitor).await);
    // Last: it is about all answers so far.
    findings.push(strangers::see_no_identity(visitor));
    findings
}

/// A path of the app that a stranger is refused by the edge function, such as `/api/x`.
fn closed_path(site: &Deployment) -> Option<String> {
    let mut paths = site.policy.routes.iter().map(|route| route.path.example());
    paths.find(|path| {
        let said = site.policy.explain(Question { path, method: "GET", claims: None });
        matches!(said.script, Ending::Refusal { status: 401, .. })
    })
}
