//! The redirect to the identity provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::session::cookie;
use super::state::State;
use super::{ATTEMPT_PREFIX, ATTEMPT_SECONDS, site};
use crate::answer::answer;
use crate::decide::Context;
use crate::event::{Request, Response};
use crate::policy::Policy;
use crate::query;

/// Attempts that may be under way in one browser at a time: one for each tab that was opened signed-out.
const MOST_ATTEMPTS: usize = 5;
/// One answer ends at most so many older ones: with more it could grow beyond the 40 KB that CloudFront takes.
const MOST_ENDED: usize = 40;
/// With state, PKCE and the rest the authorize URL stays well below the 8,192 bytes that browsers and servers take.
pub const LONGEST_RETURN: usize = 2048;

/// Redirects to the authorize endpoint, with a way back to `to`, a path on this host; `None` where this deployment has no
/// hosted sign-in or the request no host.
pub fn start(context: &Context<'_, '_>, to: &str) -> Option<Response> {
    let (endpoints, key) = context.config.hosted()?;
    let redirect_uri = format!("{}/_auth/callback", site(context)?);
    let random = Randomness::split(&context.moment.entropy);
    let now = context.moment.now;
    // Hexadecimal seconds first, so that names sort by age.
    let attempt = format!("{now:010x}{}", random.id);
    let state = State {
        attempt: attempt.clone(),
        cookie_digest: digest_of(&random.secret),
        return_to: to.to_owned(),
        verifier: random.verifier,
        nonce: random.nonce,
        issued_at: now,
    };
    let scope = context.config.policy.sign_in.scopes.join(" ");
    let sealed = state.seal(key, random.seal)?;
    let parameters = query::join(&[
        ("response_type", "code"),
        ("client_id", &endpoints.client_id),
        ("redirect_uri", &redirect_uri),
        ("scope", &scope),
        ("state", &sealed),
        ("nonce", &state.nonce),
        ("code_challenge_method", "S256"),
        ("code_challenge", &digest_of(&state.verifier)),
    ]);
    let attempt_cookie = cookie(&format!("{ATTEMPT_PREFIX}{attempt}"), &random.secret, "/", ATTEMPT_SECONDS);
    let mut redirect = answer(302)
        .with("Location", format!("{}?{parameters}", endpoints.authorize))
        .with("Referrer-Policy", "no-referrer")
        .with("Set-Cookie", attempt_cookie);
    let mut under_way = context.cookies.names_starting(ATTEMPT_PREFIX);
    // A name that cannot be ours is not repeated in a header.
    under_way.retain(|name| name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    let too_many = (under_way.len() + 1).saturating_sub(MOST_ATTEMPTS);
    for oldest in under_way.iter().take(too_many.min(MOST_ENDED)) {
        redirect = redirect.with("Set-Cookie", cookie(oldest, "", "/", 0));
    }
    Some(redirect)
}

/// Where to go after signing in: path and query of this request, the token parameter left out.
pub fn return_target(request: &Request, policy: &Policy) -> String {
    let query = query::without(&request.querystring, &policy.tokens.query_parameter);
    let whole = if query.is_empty() { request.uri.to_string() } else { format!("{}?{query}", request.uri) };
    let printable = whole.bytes().all(|b| b.is_ascii_graphic());
    if printable && whole.len() <= LONGEST_RETURN && request.uri.starts_with('/') { whole } else { "/".to_owned() }
}

/// Base64url of the SHA-256 of a text: the PKCE challenge (RFC 7636 §4.2) and the attempt cookie's digest.
pub fn digest_of(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// The moment's random bytes, each used for one thing.
struct Randomness {
    secret: String,
    verifier: String,
    nonce: String,
    seal: [u8; 12],
    id: String,
}

impl Randomness {
    fn split(entropy: &[u8; 96]) -> Self {
        let mut rest = entropy.iter().copied();
        let mut bytes = |n: usize| rest.by_ref().take(n).collect::<Vec<u8>>();
        let (secret, verifier, nonce, id) = (bytes(32), bytes(32), bytes(16), bytes(4));
        let mut seal = [0; 12];
        seal.iter_mut().zip(rest).for_each(|(to, from)| *to = from);
        Self {
            secret: URL_SAFE_NO_PAD.encode(secret),
            verifier: URL_SAFE_NO_PAD.encode(verifier),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            id: URL_SAFE_NO_PAD.encode(id).replace(['-', '_'], "x"),
            seal,
        }
    }
}
