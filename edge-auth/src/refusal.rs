//! What a refusal looks like.

use serde_json::json;

use crate::answer::{answer, page};
use crate::auth;
use crate::decide::Context;
use crate::event::{Request, Response};
use crate::policy::{Denied, Methods, Route, SignInMode};
use crate::query;
use crate::reason::Reason;
use crate::token::ACCESS_COOKIE;

/// The answer to a refused request.
pub fn refuse(context: &Context<'_, '_>, reason: Reason, route: Option<&Route>) -> Response {
    let navigation = is_navigation(context.request);
    let denied = route.map_or(Denied::Status, |r| r.denied);
    let redirects = denied == Denied::Redirect || (denied == Denied::Auto && navigation);
    if redirects && wants_sign_in(reason) {
        let has_session = context.cookies.single(ACCESS_COOKIE).is_ok_and(|token| token.is_some());
        if reason == Reason::TokenExpired && has_session && context.config.sign_in.is_some() {
            return auth::to_refresh(context);
        }
        let to = auth::return_target(context.request, &context.config.policy);
        if let Some(redirect) = to_sign_in(context, &to) {
            return redirect;
        }
    }
    let status = reason.status();
    let refusal = if navigation && denied == Denied::Auto {
        let id = context.request_id;
        let text =
            format!("<p>{}</p><p><a href=\"/\">Go to the start page</a></p><small>{id}</small>", reason.message());
        page(status, "This page cannot be shown", &text, "")
    } else {
        let body = json!({
            "status": status,
            "reason": reason.as_str(),
            "message": reason.message(),
            "request_id": context.request_id,
        });
        answer(status).body("application/json", body.to_string())
    };
    let refusal = refusal.with("X-Stagedoor-Reason", reason.as_str());
    let refusal = match status {
        401 => refusal.with("WWW-Authenticate", "Bearer"),
        503 => refusal.with("Retry-After", "10"),
        405 => refusal.with("Allow", route.map_or(Methods::Read, |r| r.methods).names()),
        _ => refusal,
    };
    with_cors(refusal, context)
}

/// The answer to a preflight (Fetch standard, CORS protocol): exactly this origin, or 403.
pub fn preflight(context: &Context<'_, '_>) -> Result<Response, Reason> {
    if allowed_origin(context).is_none() {
        return Err(Reason::CorsOrigin);
    }
    let wanted = context.request.single_header("access-control-request-headers").unwrap_or_default();
    let is_list = wanted.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_, ".contains(&b));
    let allowed = answer(204).with("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
    let allowed =
        if is_list && !wanted.is_empty() { allowed.with("Access-Control-Allow-Headers", wanted) } else { allowed };
    Ok(with_cors(allowed.with("Access-Control-Max-Age", "600"), context))
}

/// The answer with what lets a script of an allowed origin read it.
pub fn with_cors(response: Response, context: &Context<'_, '_>) -> Response {
    match allowed_origin(context) {
        Some(origin) => response
            .with("Access-Control-Allow-Origin", origin)
            .with("Access-Control-Allow-Credentials", "true")
            .with("Vary", "Origin"),
        None => response,
    }
}

fn allowed_origin<'r>(context: &Context<'r, '_>) -> Option<&'r str> {
    let origin = context.request.single_header("origin")?;
    context.config.policy.allow_origins.iter().any(|o| o == origin).then_some(origin)
}

/// A top-level navigation by Fetch metadata (W3C), or by Accept where a client sends none.
fn is_navigation(request: &Request<'_>) -> bool {
    if request.method != "GET" && request.method != "HEAD" {
        return false;
    }
    match (request.single_header("sec-fetch-mode"), request.single_header("sec-fetch-dest")) {
        (None, None) => request.headers.values("accept").any(|v| v.to_ascii_lowercase().contains("text/html")),
        (mode, dest) => mode == Some("navigate") && dest == Some("document"),
    }
}

/// Signing in helps only where there is no valid token yet; anything else would come straight back here.
fn wants_sign_in(reason: Reason) -> bool {
    reason.status() == 401
}

/// The redirect to where people sign in, with a way back to `to`, a path on this host.
pub fn to_sign_in(context: &Context<'_, '_>, to: &str) -> Option<Response> {
    match context.config.policy.sign_in.mode {
        SignInMode::Hosted => auth::start(context, to),
        SignInMode::Page => Some(answer(302).with("Location", format!("/login?{}", query::join(&[("to", to)])))),
        SignInMode::None => None,
    }
}
