//! What the identity provider answers.

use edge_auth::event::Response;
use edge_auth::{Memory, Moment, Reason, Step, TokenRequest, Verdict, decide};

use super::site::{ACCESS, EXPIRED, End, NOW, SITE, ask, filled, moment, settle};

/// The input is a token endpoint's answer and a key endpoint's: no session begins without a good token of the same person.
pub fn answer(data: &[u8]) {
    let moment = moment(NOW, 7);
    check_renewal(&filled(data), &moment);
    check_sign_in(&filled(data), &moment);
    check_keys(data, &moment);
}

fn check_renewal(body: &[u8], moment: &Moment) {
    let memory = &mut Memory::new(&SITE);
    let session = format!("__Host-sd-access={EXPIRED}; __Secure-sd-refresh=opaque");
    let event = ask("GET", "/_auth/refresh", "to=/watch", &[("host", "media.example"), ("cookie", &session)]);
    let request = asks(decide(event, &SITE, memory, moment));
    let verdict = request.finish(Some((200, body.to_vec())), &SITE, memory, NOW);
    let (reason, response) = responds(verdict, memory, moment);
    let session = sets_session(&response);
    assert_eq!(session, (reason == Reason::Renewed).then_some(ACCESS), "{reason}");
    assert!(session.is_none() || String::from_utf8_lossy(body).contains(ACCESS), "a session from nowhere");
    assert!(reason == Reason::Renewed || reason == Reason::RenewalFailed, "{reason}");
}

/// No ID token can hold the attempt's nonce, so no sign-in ends well.
fn check_sign_in(body: &[u8], moment: &Moment) {
    let memory = &mut Memory::new(&SITE);
    let event = ask("GET", "/", "", &[("host", "media.example")]);
    let (_, redirect) = responds(decide(event, &SITE, memory, moment), memory, moment);
    let (_, state) = redirect.headers.lines("location")[0].value.split_once("&state=").expect("a state");
    let query = format!("code=c&state={}", state.split('&').next().unwrap_or_default());
    let cookie = redirect.headers.lines("set-cookie")[0].value.split(';').next().unwrap_or_default();
    let event = ask("GET", "/_auth/callback", &query, &[("host", "media.example"), ("cookie", cookie)]);
    let request = asks(decide(event, &SITE, memory, moment));
    let verdict = request.finish(Some((200, body.to_vec())), &SITE, memory, NOW);
    let (reason, response) = responds(verdict, memory, moment);
    assert_eq!((reason, sets_session(&response)), (Reason::SignInFailed, None));
}

/// A key set never makes a token good that nobody signed, and the token that is good stays so unless its key has gone.
fn check_keys(body: &[u8], moment: &Moment) {
    // {"alg":"RS256","kid":"new"} over the payload of a good token, and its signature.
    let (_, signed) = ACCESS.split_once('.').expect("a token");
    let token = format!("Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Im5ldyJ9.{signed}");
    let memory = &mut Memory::new(&SITE);
    let mut bears = |token: &str| {
        let event = ask("GET", "/api/x", "", &[("host", "media.example"), ("authorization", token)]);
        let mut verdict = decide(event, &SITE, memory, moment);
        if let Step::FetchKeys(fetch) = verdict.step {
            assert!(fetch.url.ends_with("/.well-known/jwks.json"), "{}", fetch.url);
            verdict = fetch.finish(Some((200, body.to_vec())), &SITE, memory, moment);
        }
        settle(verdict, &SITE, memory, moment).reason
    };
    let unsigned = bears(&token);
    assert!([Reason::KeyUnknown, Reason::SignatureInvalid].contains(&unsigned), "{unsigned}");
    let good = bears(&format!("Bearer {ACCESS}"));
    assert!([Reason::Permitted, Reason::KeyUnknown, Reason::SignatureInvalid].contains(&good), "{good}");
}

fn asks(verdict: Verdict) -> TokenRequest {
    match verdict.step {
        Step::AskTokens(request) => *request,
        other => panic!("no token request but {other:?}"),
    }
}

fn responds(verdict: Verdict, memory: &mut Memory, moment: &Moment) -> (Reason, Response) {
    let settled = settle(verdict, &SITE, memory, moment);
    match settled.end {
        End::Respond(response) => (settled.reason, response),
        _ => panic!("{} is no answer", settled.reason),
    }
}

/// The token of the session that an answer begins.
fn sets_session(response: &Response) -> Option<&str> {
    let lines = response.headers.lines("set-cookie").iter();
    let lines: Vec<&str> = lines.map(|line| line.value.as_ref()).collect();
    for line in &lines {
        let attributes: Vec<&str> = line.split("; ").skip(1).collect();
        let (path, age) = (attributes[0], attributes[1]);
        assert!(["Path=/", "Path=/_auth"].contains(&path) && age.starts_with("Max-Age="), "{line}");
        assert_eq!(attributes[2..], ["HttpOnly", "Secure", "SameSite=Lax"], "{line}");
    }
    let mut tokens = lines.iter().filter_map(|line| line.strip_prefix("__Host-sd-access=")?.split(';').next());
    tokens.find(|token| !token.is_empty())
}
