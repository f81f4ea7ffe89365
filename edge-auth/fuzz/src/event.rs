//! Whole events.

use edge_auth::event::{Event, Request};
use edge_auth::path::is_canonical;
use edge_auth::{Memory, Reason, decide_bytes};

use super::site::{ACCESS, EXPIRED, End, NOW, SITE, Settled, check_forwarded, filled, form_decoded, moment, settle};

/// Any bytes are decided over, nothing closed is forwarded without a good token, and memory changes no verdict.
pub fn event(data: &[u8]) {
    reason(data);
}

/// The same, and why it was decided so.
pub fn reason(data: &[u8]) -> Reason {
    let data = filled(data);
    let moment = moment(NOW, 7);
    let mut memory = Memory::new(&SITE);
    let mut decided = || settle(decide_bytes(&data, &SITE, &mut memory, &moment), &SITE, &mut memory, &moment);
    let (first, again) = (decided(), decided());
    assert_eq!(first.reason, again.reason, "asked a second time");
    assert_eq!(seen(&first.end), seen(&again.end), "asked a second time");
    check(&data, &first);
    first.reason
}

fn seen(end: &End) -> String {
    match end {
        End::Forward(request) => serde_json::to_string(request).unwrap(),
        End::Respond(response) => serde_json::to_string(response).unwrap(),
        End::AskTokens(request) => format!("{}?{}", request.url, request.form),
    }
}

fn check(data: &[u8], settled: &Settled) {
    let asked =
        || serde_json::from_slice::<Event>(data).expect("what is acted upon was read").records.remove(0).cf.request;
    match &settled.end {
        End::Respond(_) => {
            let forwards = [Reason::Anyone, Reason::Permitted, Reason::Off].contains(&settled.reason);
            assert!(!forwards, "{} is an answer", settled.reason);
        }
        End::AskTokens(request) => {
            // Nobody can seal a state, so this is a renewal.
            assert!(request.form.contains("&grant_type=refresh_token&"), "{}", request.form);
            assert!(carries(&asked(), EXPIRED), "a session is renewed that never was");
        }
        End::Forward(request) => {
            let asked = asked();
            assert_eq!((&request.uri, &request.method), (&asked.uri, &asked.method));
            check_way(request, &asked, settled.reason);
        }
    }
}

/// The site's rules once more, in the plainest words.
fn check_way(request: &Request, asked: &Request, reason: Reason) {
    let uri = request.uri.as_ref();
    assert!(is_canonical(uri, true) && !uri.starts_with("/_auth/"), "{uri} is forwarded");
    if uri == "/health" || uri.starts_with("/static/") {
        assert_eq!(reason, Reason::Anyone, "{uri}");
        return check_forwarded(request, None);
    }
    assert_eq!(reason, Reason::Permitted, "{uri}");
    assert!(carries(asked, ACCESS), "{uri} is forwarded without a token");
    // Of these, what has no second segment belongs to the last route.
    let below = |prefix: &str| uri.strip_prefix(prefix).is_some_and(|rest| rest.contains('/'));
    assert!(!uri.starts_with("/p/") && !below("/play/"), "{uri} is for passes");
    assert!(!below("/media/") || uri.starts_with("/media/alice/"), "{uri} is not hers");
    let writes = !matches!(request.method.as_ref(), "GET" | "HEAD" | "OPTIONS");
    assert!(!writes || uri.starts_with("/api/"), "{} {uri}", request.method);
    let told = !below("/media/") && !uri.starts_with("/site/");
    check_forwarded(request, told.then_some(ACCESS));
}

/// Whether a request holds that token at any place where tokens are looked for.
fn carries(request: &Request, token: &str) -> bool {
    let mut values = request.headers.values("cookie").chain(request.headers.values("authorization"));
    values.any(|value| value.contains(token)) || form_decoded(&request.querystring).contains(token)
}
