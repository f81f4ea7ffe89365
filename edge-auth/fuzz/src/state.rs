//! The way back from the identity provider.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::{Memory, Reason, decide};

use super::site::{End, NOW, SITE, ask, form_decoded, moment, settle};

/// How long an attempt to sign in may take, seconds.
const LONGEST_ATTEMPT: u64 = 600;

/// An attempt to sign in that has begun.
struct Attempt {
    state: String,
    /// `NAME=VALUE`.
    cookie: String,
}

static OWN: LazyLock<Attempt> = LazyLock::new(|| begin(7));
static FOREIGN: LazyLock<Attempt> = LazyLock::new(|| begin(8));

fn begin(random: u8) -> Attempt {
    let memory = &mut Memory::new(&SITE);
    let moment = moment(NOW, random);
    let event = ask("GET", "/", "", &[("host", "media.example")]);
    let End::Respond(redirect) = settle(decide(event, &SITE, memory, &moment), &SITE, memory, &moment).end else {
        panic!("a sign-in begins with a redirect");
    };
    let first_of = |text: &str, end: char| text.split(end).next().unwrap_or_default().to_owned();
    let (_, state) = redirect.headers.lines("location")[0].value.split_once("&state=").expect("a state");
    Attempt { state: first_of(state, '&'), cookie: first_of(&redirect.headers.lines("set-cookie")[0].value, ';') }
}

/// Four lines: the state, the cookie header, more of the query, the seconds that have passed. `{state}`, `{cookie}`, `{foreign}` and
/// `{other}` stand for what is genuine, of this browser and of another. The input also says how the genuine state is bent.
pub fn state(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = text.replace("{state}", &OWN.state).replace("{cookie}", &OWN.cookie);
    let text = text.replace("{foreign}", &FOREIGN.state).replace("{other}", &FOREIGN.cookie);
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (state, cookies, more, seconds) = (line(), line(), line(), line());
    let later: i64 = seconds.trim().parse().unwrap_or(60);
    if let Some(now) = NOW.checked_add_signed(later) {
        check_callback(state, cookies, more, now);
    }

    let (kid, sealed) = OWN.state.split_once('.').expect("a key's name and what it seals");
    let sealed = bent(&URL_SAFE_NO_PAD.decode(sealed).expect("base64url"), data);
    check_bent(&format!("{kid}.{}", URL_SAFE_NO_PAD.encode(sealed)));
    check_bent(&String::from_utf8_lossy(&bent(OWN.state.as_bytes(), data)));
}

/// Three bytes of the input each change one byte, or cut everything behind it off where the change would be none.
fn bent(genuine: &[u8], how: &[u8]) -> Vec<u8> {
    let mut bytes = genuine.to_vec();
    for step in how.chunks_exact(3).take(8) {
        let at = usize::from(u16::from_le_bytes([step[0], step[1]])) % bytes.len().max(1);
        match step[2] {
            0 => bytes.truncate(at),
            change => bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= change),
        }
    }
    bytes
}

fn check_bent(state: &str) {
    let query = percent_encoding::utf8_percent_encode(state, percent_encoding::NON_ALPHANUMERIC);
    let asks = asks_for_tokens(&format!("code=c&state={query}"), &OWN.cookie, NOW);
    assert_eq!(asks, state == OWN.state, "{state}");
}

fn check_callback(state: &str, cookies: &str, more: &str, now: u64) {
    let query = format!("state={state}&{more}");
    if !asks_for_tokens(&query, cookies, now) {
        return;
    }
    let pairs = || query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let states: Vec<String> =
        pairs().filter(|(name, _)| form_decoded(name) == "state").map(|(_, value)| form_decoded(value)).collect();
    // The two may be mixed up by the input, but never across each other.
    let of = |attempt: &Attempt| {
        let (name, value) = attempt.cookie.split_once('=').expect("a cookie");
        let mut values = cookies.split(';').filter_map(|pair| pair.split_once('=')).filter(|(n, _)| n.trim() == name);
        states == [attempt.state.as_str()] && values.by_ref().count() > 0 && {
            let mut values = cookies.split(';').filter_map(|p| p.split_once('=')).filter(|(n, _)| n.trim() == name);
            values.all(|(_, v)| v.trim() == value)
        }
    };
    assert!(of(&OWN) || of(&FOREIGN), "{query} with {cookies:?}");
    assert!((NOW..=NOW + LONGEST_ATTEMPT).contains(&now), "after {now}");
}

/// Whether the callback goes as far as to ask for tokens. It sets no session before, and its form is never the client's.
fn asks_for_tokens(query: &str, cookies: &str, now: u64) -> bool {
    let memory = &mut Memory::new(&SITE);
    let event = ask("GET", "/_auth/callback", query, &[("host", "media.example"), ("cookie", cookies)]);
    let moment = moment(now, 9);
    let settled = settle(decide(event, &SITE, memory, &moment), &SITE, memory, &moment);
    match settled.end {
        End::Forward(_) => panic!("a callback is forwarded"),
        End::Respond(answer) => {
            assert!([Reason::StateInvalid, Reason::SignInFailed].contains(&settled.reason), "{}", settled.reason);
            assert!(!answer.headers.contains("set-cookie") && !answer.headers.contains("location"));
            false
        }
        End::AskTokens(request) => {
            assert_eq!(request.url, "https://auth.example/token");
            let names = request.form.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
            assert!(
                names.eq(["client_id", "grant_type", "redirect_uri", "code_verifier", "code"]),
                "{} is not our form",
                request.form
            );
            true
        }
    }
}
