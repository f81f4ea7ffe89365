//! What every answer of an origin carries.

use edge_auth::policy::{Action, Allow, Origin};

use crate::doctor::finding::Finding;
use crate::doctor::outputs::Deployment;
use crate::doctor::visitor::{Answer, Visitor};

const ADVICE: &str =
    "the response headers policy of that origin is not at its behaviours, or the app is another one: apply again";

/// The headers of an answer of the app and of one static file. Renditions are nobody's without a token.
pub async fn of_every_origin(site: &Deployment, visitor: &mut Visitor) -> Vec<Finding> {
    let open = site.policy.routes.iter().find(|route| {
        matches!(route.action, Action::Origin { origin: Origin::App, .. }) && route.allow == Allow::Anyone
    });
    let app = match open.map(|route| route.path.example()) {
        // What the app's pages may load, it says itself.
        Some(path) => look(site, visitor, "app", &path, &[("content-security-policy", "default-src 'none'")]).await,
        None => vec![Finding::left_out("headers", "app", "no route of the app is open to strangers")],
    };
    let file = match site.static_files.first() {
        Some(key) => look(site, visitor, "site", &format!("/{key}"), &[("cache-control", "immutable")]).await,
        None => vec![Finding::left_out("headers", "site", "static_files is empty: nothing was deployed there")],
    };
    app.into_iter().chain(file).collect()
}

/// `own` is what the origin itself sees to: a header, and a part of it.
async fn look(
    site: &Deployment,
    visitor: &mut Visitor,
    origin: &str,
    path: &str,
    own: &[(&str, &str)],
) -> Vec<Finding> {
    let target = format!("GET {path}");
    let answer = match visitor.ask("GET", path, &[]).await {
        Ok(answer) => answer,
        Err(why) => return vec![Finding::judged("headers", target, false, (why, "200"), ADVICE)],
    };
    let status = Finding::judged("headers", target.as_str(), answer.status == 200, (answer.in_short(), "200"), ADVICE);
    let all = site.headers.get(origin).into_iter().flatten();
    let named = all.map(|(name, value)| (name.as_str(), value.as_str(), same(answer.header(name), value)));
    let parts = own.iter().map(|(name, part)| (*name, *part, holds(&answer, name, part)));
    let each = named.chain(parts).map(|(name, wanted, good)| {
        let seen = match answer.header(name) {
            "" => format!("no {name}"),
            value => format!("{name}: {value}"),
        };
        Finding::judged("headers", target.as_str(), good, (seen, format!("{name}: {wanted}")), ADVICE)
    });
    std::iter::once(status).chain(each).collect()
}

/// The same directives in any order; names and values of these headers know no case.
fn same(seen: &str, wanted: &str) -> bool {
    directives(seen) == directives(wanted)
}

fn holds(answer: &Answer, name: &str, part: &str) -> bool {
    directives(&answer.header(name).replace(',', ";")).iter().any(|directive| directive == part)
}

fn directives(value: &str) -> Vec<String> {
    let mut directives: Vec<String> = value.split(';').map(|part| part.trim().to_ascii_lowercase()).collect();
    directives.retain(|directive| !directive.is_empty());
    directives.sort_unstable();
    directives
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn directives_are_compared_and_not_their_spelling() {
        assert!(same("max-age=31536000;includeSubDomains; preload", "max-age=31536000; preload; includesubdomains"));
        assert!(!same("max-age=31536000", "max-age=31536000; preload"));
        assert!(!same("", "nosniff"));
    }
}
