//! The site that the targets ask, and what they all look at in its answers.
//!
//! The private key that signed its three tokens was thrown away: no input can hold another one that verifies.

use std::sync::LazyLock;

use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Exchange, Headers, Outcome, Record, Request, Response};
use edge_auth::{Memory, Moment, Reason, Step, TokenRequest, Verdict};
use serde_json::Map;

/// A second after which the tokens are good for 899 more.
pub const NOW: u64 = 1_780_000_001;
/// Lets alice in, who is an editor.
pub const ACCESS: &str = include_str!("../site/access.jwt");
/// Let her in a while ago.
pub const EXPIRED: &str = include_str!("../site/expired.jwt");
/// Says who she is, and is no key to anything here.
pub const ID: &str = include_str!("../site/id.jwt");

/// What an answer of a viewer-request function may weigh (CloudFront's quotas for Lambda@Edge).
const LARGEST_ANSWER: usize = 40 * 1024;
/// What browsers and servers take as an address.
const LONGEST_LOCATION: usize = 8192;

/// The configuration of the site.
pub static SITE: LazyLock<EdgeConfig> =
    LazyLock::new(|| EdgeConfig::from_slice(include_bytes!("../site/edge.json")).expect("the site's configuration"));

/// A moment whose random bytes are all `random`.
pub fn moment(now: u64, random: u8) -> Moment {
    Moment { now, entropy: [random; 96] }
}

/// The bytes with the site's tokens in the place of `{access}`, `{expired}` and `{id}`: mutations move a token about that they
/// would only break otherwise.
pub fn filled(data: &[u8]) -> Vec<u8> {
    [("{access}", ACCESS), ("{expired}", EXPIRED), ("{id}", ID)]
        .iter()
        .fold(data.to_vec(), |bytes, (name, token)| replaced(&bytes, name.as_bytes(), token.as_bytes()))
}

fn replaced(bytes: &[u8], name: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(name) {
            out.extend_from_slice(by);
            rest = after;
        } else {
            out.push(*first);
            rest = behind;
        }
    }
    out
}

/// An event of one request; headers by name, each of one line.
pub fn ask(method: &str, uri: &str, querystring: &str, headers: &[(&str, &str)]) -> Event<'static> {
    let mut all = Headers::new();
    for (name, value) in headers {
        all.add(name, (*value).to_owned());
    }
    let request = Request {
        client_ip: None,
        headers: all,
        method: method.to_owned().into(),
        querystring: querystring.to_owned().into(),
        uri: uri.to_owned().into(),
        rest: Map::new(),
    };
    Event { records: vec![Record { cf: Exchange { config: None, request, rest: Map::new() } }] }
}

/// A decision that waits for no keys any more.
pub struct Settled<'e> {
    pub reason: Reason,
    pub end: End<'e>,
}

/// What it ends in.
pub enum End<'e> {
    Forward(Box<Request<'e>>),
    Respond(Response),
    AskTokens(Box<TokenRequest>),
}

/// Goes on until no keys are wanted; nobody answers where they are asked for. Looks at every answer on its way.
pub fn settle<'e>(mut verdict: Verdict<'e>, config: &EdgeConfig, memory: &mut Memory, at: &Moment) -> Settled<'e> {
    // Each issuer is asked once at most: the pause between two attempts is longer than this.
    for _ in 0..=config.issuers.len() {
        let outcome = match verdict.step {
            Step::FetchKeys(fetch) => {
                verdict = fetch.finish(None, config, memory, at);
                continue;
            }
            Step::AskTokens(request) => return Settled { reason: verdict.reason, end: End::AskTokens(request) },
            Step::Revoke(revocation) => Outcome::Respond(revocation.then),
            Step::Done(outcome) => outcome,
        };
        let json = serde_json::to_vec(&outcome).expect("an outcome is JSON");
        let end = match outcome {
            Outcome::Forward(request) => End::Forward(Box::new(request)),
            Outcome::Respond(response) => {
                check_answer(&response, json.len());
                End::Respond(response)
            }
        };
        return Settled { reason: verdict.reason, end };
    }
    panic!("the same keys are asked for again and again");
}

/// What CloudFront and browsers demand of any answer.
fn check_answer(response: &Response, size: usize) {
    assert!(size < LARGEST_ANSWER, "an answer of {size} bytes");
    assert!(response.status.len() == 3 && response.status.bytes().all(|b| b.is_ascii_digit()), "{}", response.status);
    for (name, line) in response.headers.iter() {
        assert!(line.key.as_ref().is_some_and(|key| key.eq_ignore_ascii_case(name)), "{name} is written {line:?}");
        // A line break here would be a header, or a whole answer, of the client's own making.
        assert!(!line.value.chars().any(char::is_control), "{name} holds a control character: {line:?}");
    }
    let location = response.headers.values("location").next().map_or(0, str::len);
    assert!(location < LONGEST_LOCATION, "an address of {location} bytes");
}

/// What nobody behind the authorizer may see, and what only it may say.
pub fn check_forwarded(request: &Request<'_>, token: Option<&str>) {
    for pair in request.headers.values("cookie").flat_map(|line| line.split(';')) {
        let name = pair.split('=').next().unwrap_or_default();
        assert!(!is_own_cookie(name), "the cookie {name:?} is forwarded");
    }
    for value in request.headers.values("authorization") {
        let scheme = value.split_ascii_whitespace().next().unwrap_or_default();
        assert!(!(scheme.eq_ignore_ascii_case("bearer") && value.trim().contains(' ')), "{value:?} is forwarded");
    }
    for pair in request.querystring.split('&') {
        let name = form_decoded(pair.split('=').next().unwrap_or_default());
        assert_ne!(name, "token", "{:?} is forwarded", request.querystring);
    }
    let names = request.headers.iter().map(|(name, _)| name);
    for name in names.filter(|name| name.replace('_', "-").starts_with("x-stagedoor-")) {
        assert!(["x-stagedoor-token", "x-stagedoor-host"].contains(&name), "{name} is forwarded");
    }
    let told: Vec<&str> = request.headers.values("x-stagedoor-token").collect();
    assert_eq!(told, token.into_iter().collect::<Vec<_>>(), "the token that the app is told");
}

/// Whether a cookie is the authorizer's business, by the words of the documentation rather than by its code.
pub fn is_own_cookie(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    ["__host-sd-", "__secure-sd-", "cognitoidentityserviceprovider."].iter().any(|prefix| name.starts_with(prefix))
}

/// A name or value of a query, as forms are decoded.
pub fn form_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
