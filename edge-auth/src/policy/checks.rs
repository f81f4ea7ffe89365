//! Checking a policy for what no single field shows: a route's fields side by side, and all routes side by side.

use super::routes::{Draft, Listed};
use super::{
    AUTH_PREFIX, Action, Allow, Cache, Denied, Fields, Gate, Methods, Origin, PASS_PREFIX, Pattern, Policy, Problem,
    SignInMode, TokenSource,
};

/// A route's fields side by side.
pub(super) fn combination(fields: &mut Fields<'_, '_>, draft: &Draft) {
    let answers = fields.has("answer");
    match (&draft.allow, draft.gate) {
        (Some(Allow::Pass), gate) => open_to_passes(fields, draft, gate),
        (Some(Allow::Anyone) | None, _) | (Some(_), Some(Gate::Lambda) | None) => {}
        (Some(_), Some(Gate::Function)) => {
            let message = "is function, which knows no tokens; leave it out, or let allow be anyone or pass";
            fields.problem("gate", message);
        }
    }
    if draft.gate == Some(Gate::Function) && draft.denied == Some(Denied::Redirect) {
        fields.problem("denied", "is redirect, but a function cannot sign people in; write status or leave it out");
    }
    if answers {
        answering(fields, draft);
    }
    let file_origin = match draft.origin {
        Some(Origin::Site) => "site",
        Some(Origin::Media) => "media",
        Some(Origin::App) | None => "",
    };
    if draft.origin == Some(Origin::App) && draft.cache.is_some_and(|cache| cache != Cache::None) {
        fields.problem("cache", "must be none where origin is app: its answers belong to one person");
    }
    if !file_origin.is_empty() && !answers && draft.methods == Some(Methods::All) {
        let message = format!("is all, but origin is {file_origin}: files there are only read; leave methods out");
        fields.problem("methods", &message);
    }
    let is_app = draft.origin.is_none_or(|origin| origin == Origin::App) && !answers;
    if !is_app && draft.path.as_ref().is_some_and(|path| path.source().contains('+')) {
        fields.problem("path", "holds +, which S3 reads as a space, so such a path is refused; write ? in its place");
    }
}

fn open_to_passes(fields: &mut Fields<'_, '_>, draft: &Draft, gate: Option<Gate>) {
    if gate == Some(Gate::Lambda) {
        let message = "which knows no passes; write gate: function";
        if fields.has("gate") {
            fields.problem("gate", &format!("is lambda, {message}"));
        } else {
            fields.problem("allow", &format!("is pass, but the gate is lambda, {message}"));
        }
    }
    let behind_pass = format!("{PASS_PREFIX}*");
    if draft.path.as_ref().is_some_and(|path| !path.behaviour().starts_with(&behind_pass)) {
        fields.problem("path", &format!("must begin with {behind_pass} where allow is pass: the pass stands there"));
    }
    if draft.origin == Some(Origin::App) {
        fields.problem("origin", "is app, which demands a token and never sees a pass; write media or site");
    }
}

fn answering(fields: &mut Fields<'_, '_>, draft: &Draft) {
    if draft.gate == Some(Gate::Function) {
        fields.problem("answer", "needs gate: lambda: the function makes no passes");
    }
    match draft.allow {
        Some(Allow::Anyone) => {
            fields.problem("allow", "is anyone, so anybody could have a pass made; say who may, such as signed_in");
        }
        Some(Allow::Pass) => {
            fields.problem("allow", "is pass, but a pass makes no passes; say who may, such as signed_in");
        }
        _ => {}
    }
    if draft.methods == Some(Methods::All) {
        fields.problem("methods", "is all, but a pass is asked for with GET; leave methods out");
    }
    for name in ["origin", "cache"] {
        if fields.has(name) {
            fields.problem(name, "and answer exclude each other: a route asks an origin or answers itself; keep one");
        }
    }
}

/// Which route comes before which.
pub(super) fn order(listed: &Listed, problems: &mut Vec<Problem>) {
    for (n, (i, route)) in listed.routes.iter().enumerate() {
        let at = format!("/routes/{i}/path");
        let own = route.path.source();
        if own.starts_with(AUTH_PREFIX) {
            let message = format!("{own} is never reached: {AUTH_PREFIX} belongs to sign-in; choose another path");
            problems.push(Problem { at, message });
            continue;
        }
        let earlier = listed.routes.iter().take(n).find(|(_, earlier)| earlier.path.covers(&route.path));
        if let Some((_, earlier)) = earlier {
            let (written, seen) = (earlier.path.source(), earlier.path.behaviour());
            let to_cloudfront = if seen == written { String::new() } else { format!(" (to CloudFront it is {seen})") };
            let message = format!(
                "{own} is never reached: {written}{to_cloudfront} comes first and takes every such path; put this \
                 route before it, or leave it out"
            );
            problems.push(Problem { at, message });
        }
    }
}

/// Whether each pass opens something.
pub(super) fn passes(listed: &Listed, problems: &mut Vec<Problem>) {
    if !listed.complete {
        // The one that it opens may be the one that could not be read.
        return;
    }
    for (i, route) in &listed.routes {
        let Action::Pass { prefix, .. } = &route.action else { continue };
        let at = format!("/routes/{i}/answer/pass/for");
        let Ok(pattern) = Pattern::parse(prefix, &at) else { continue };
        let opened = format!("{PASS_PREFIX}PASS{}x", pattern.example());
        let taker =
            listed.routes.iter().find(|(_, other)| other.path.matches_behaviour(&opened)).map(|(_, other)| other);
        let wanted = "{ path: /p/*, allow: pass, gate: function, origin: media, cache: media }";
        let message = match taker {
            Some(other) if other.allow == Allow::Pass => continue,
            Some(other) => {
                format!("{} takes it, whose allow is not pass; put {wanted} before that", other.path.source())
            }
            None => format!("no route takes it; add {wanted}"),
        };
        problems.push(Problem { at, message: format!("for is {prefix:?}, opened as /p/PASS{prefix}, but {message}") });
    }
}

/// Whether signing in, as the policy has it, leads anywhere.
pub(super) fn sign_in(policy: &Policy, listed: &Listed, problems: &mut Vec<Problem>) {
    let reads_cookies = policy.tokens.from.contains(&TokenSource::Cookie);
    let mut problem = |at: String, message: &str| problems.push(Problem { at, message: message.to_owned() });
    if policy.amplify_cookies && !reads_cookies {
        problem("/cookies/accept".to_owned(), "accept holds amplify, but tokens.from lacks cookie; add it there");
    }
    let wants_token = |allow: &Allow| !matches!(allow, Allow::Anyone | Allow::Pass);
    let mut redirecting = listed.routes.iter().filter(|(_, r)| wants_token(&r.allow) && r.denied != Denied::Status);
    match policy.sign_in.mode {
        SignInMode::Hosted if !reads_cookies && redirecting.next().is_some() => {
            let message = "from lacks cookie, where hosted sign-in leaves its token: a page would go to sign-in for \
                           ever; add it, or write sign_in.mode: none";
            problem("/tokens/from".to_owned(), message);
        }
        SignInMode::None => {
            for (i, _) in redirecting.filter(|(_, route)| route.denied == Denied::Redirect) {
                let message = "denied is redirect, but sign_in.mode is none: there is nowhere to go; write status";
                problem(format!("/routes/{i}/denied"), message);
            }
        }
        SignInMode::Page if listed.complete => {
            let login = listed.routes.iter().find(|(_, route)| route.path.matches_behaviour("/login"));
            let is_open = login.is_some_and(|(_, route)| {
                route.allow == Allow::Anyone && route.methods == Methods::All && route.path.captures("/login").is_some()
            });
            if !is_open {
                let message = "mode page needs a route for /login with allow: anyone and methods: all, before any \
                               other that takes /login";
                problem("/sign_in/mode".to_owned(), message);
            }
        }
        SignInMode::Hosted | SignInMode::Page => {}
    }
}
