//! Nothing is said without TLS.

use http::Uri;

use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::Visitor;

/// http leads to https at the same host.
pub async fn redirects_to_https(site: &Deployment, visitor: &Visitor) -> Finding {
    let check = "transport";
    let uri: Uri = site.url.parse().unwrap_or_default();
    if uri.scheme_str() != Some("https") || uri.port().is_some() {
        return Finding::left_out(
            check,
            site.url.as_str(),
            "http and https have a port of their own each: not so here",
        );
    }
    let address = format!("http://{}/health", uri.host().unwrap_or_default());
    let expected = format!("301 to {}/health", site.url);
    let seen = match visitor.fetch("GET", &address, &[]).await {
        Ok(answer) => format!("{} to {}", answer.status, answer.header("location")),
        Err(why) => why,
    };
    let good = seen == expected || seen == expected.replacen("301", "308", 1);
    let advice = "every behaviour says redirect-to-https: is the name's record that of the distribution?";
    Finding::judged(check, format!("GET {address}"), good, (seen, expected), advice)
}
