//! The app that runs and the files that lie in the site bucket are of one build.

use std::collections::BTreeSet;

use edge_auth::policy::{Action, Allow, Origin};

use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::Visitor;

const CHECK: &str = "versions";

/// The first open page of the app links to files of the deployment, and they are there.
pub async fn equal(site: &Deployment, visitor: &mut Visitor) -> Vec<Finding> {
    let open = site.policy.routes.iter().filter(|route| {
        matches!(route.action, Action::Origin { origin: Origin::App, .. }) && route.allow == Allow::Anyone
    });
    for path in open.map(|route| route.path.example()) {
        // One that does not answer is another check's finding.
        let Ok(answer) = visitor.ask("GET", &path, &[("accept", "text/html")]).await else { continue };
        let links = links(&String::from_utf8_lossy(&answer.body));
        if !links.is_empty() {
            return compare(site, visitor, &path, &links).await;
        }
    }
    vec![Finding::left_out(CHECK, "pages of the app", "no page that is open to strangers links to a static file")]
}

async fn compare(site: &Deployment, visitor: &mut Visitor, page: &str, links: &BTreeSet<String>) -> Vec<Finding> {
    let deployed: BTreeSet<String> = site.static_files.iter().filter_map(|key| version(key)).collect();
    let linked: BTreeSet<String> = links.iter().filter_map(|link| version(link)).collect();
    let words = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let advice = "the app and the static files are of different builds: ./build.sh package, and apply; a new version of the \
        app may need a minute";
    let good = linked.is_subset(&deployed);
    let (seen, expected) = (format!("links to {}", words(&linked)), format!("links to {}", words(&deployed)));
    let mut findings = vec![Finding::judged(CHECK, format!("GET {page}"), good, (seen, expected), advice)];
    let advice = "a page links to a file that is not in the site bucket: ./build.sh package, and apply";
    for link in links {
        let (good, seen) = match visitor.ask("GET", link, &[]).await {
            Ok(answer) => (answer.status == 200 && !answer.body.is_empty(), answer.in_short()),
            Err(why) => (false, why),
        };
        findings.push(Finding::judged(CHECK, format!("GET {link}"), good, (seen, "200"), advice));
    }
    findings
}

/// What stands between quotes and begins as a static file's path does.
fn links(page: &str) -> BTreeSet<String> {
    page.split('"')
        .filter(|text| text.starts_with("/static/") && !text.contains([' ', '<']))
        .map(str::to_owned)
        .collect()
}

/// The hash in `static/HASH/NAME`.
fn version(path: &str) -> Option<String> {
    path.trim_start_matches('/').split('/').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_page_are_found_with_their_version() {
        let page = r#"<link href="/static/ab12/app.css"><script src="/static/ab12/s/x.js"></script><a href="/static">"#;
        let found = links(page);
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            ["/static/ab12/app.css", "/static/ab12/s/x.js"]
        );
        assert!(found.iter().all(|link| version(link).as_deref() == Some("ab12")));
        assert_eq!(version("static/ab12/app.css").as_deref(), Some("ab12"));
    }
}
