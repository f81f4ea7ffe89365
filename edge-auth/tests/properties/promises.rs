//! What is promised of the outcome of every decision.

use edge_auth::Reason;
use edge_auth::event::{Event, Headers, Outcome, Request, Response};
use serde_json::Value;

use crate::sites::{Site, TOKENS, Token, is_for_the_app, is_open};

/// Lambda@Edge turns a function that changes one of these into a 502.
const READ_ONLY: [&str; 5] = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];
/// Or adds one of these; with `-` at its end, any that begins so.
const NOT_TO_BE_SET: [&str; 14] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-",
    "trailer",
    "upgrade",
    "x-accel-",
    "x-amz-cf-",
    "x-amzn-",
    "x-cache",
    "x-edge-",
    "x-forwarded-proto",
    "x-real-ip",
    "proxy-connection",
];
/// A generated answer may have 40 KB, headers included.
const LONGEST_ANSWER: usize = 40_960;

pub fn hold(event: &Event, site: &Site, now: u64, outcome: &Outcome, reason: Reason) {
    let asked = &event.records[0].cf.request;
    let written = serde_json::to_value(outcome).unwrap();
    // What else came in the request, nulls included, is not ours.
    assert!(!holds_null(&written) || asked.rest.values().any(holds_null), "null in {written}");
    match outcome {
        Outcome::Respond(answer) => answered(answer, &written.to_string()),
        Outcome::Forward(forwarded) => {
            allowed(asked, site, now, forwarded, reason);
            stripped(forwarded, site);
            otherwise_as_received(asked, site, forwarded);
        }
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.iter().any(holds_null),
        Value::Object(map) => map.values().any(holds_null),
        _ => false,
    }
}

fn is_fixed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let forbidden = |f: &&str| if f.ends_with('-') { name.starts_with(*f) } else { name == **f };
    READ_ONLY.contains(&name.as_str()) || NOT_TO_BE_SET.iter().any(forbidden)
}

fn answered(answer: &Response, written: &str) {
    assert!(written.len() < LONGEST_ANSWER, "an answer of {} bytes", written.len());
    assert!(answer.status.len() == 3 && answer.status.bytes().all(|b| b.is_ascii_digit()), "{}", answer.status);
    for (name, line) in answer.headers.iter() {
        assert!(!is_fixed(name), "{name} is set");
        assert_eq!(line.key.as_deref().map(str::to_ascii_lowercase).as_deref(), Some(name));
        let printable = line.value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        assert!(printable, "{name}: {:?}", line.value);
    }
    assert_eq!(answer.headers.lines("cache-control")[0].value, "no-store");
    let told = TOKENS.iter().find(|token| token.text.len() > 40 && answer.body.contains(&token.text));
    assert!(told.is_none(), "the answer tells a token: {}", answer.body);
}

/// A request gets through only where its route is open or a good token came with it, in a place that counts.
fn allowed(asked: &Request, site: &Site, now: u64, forwarded: &Request, reason: Reason) {
    let good: Vec<&Token> = TOKENS.iter().filter(|t| site.takes(t, now) && came_with(asked, site, t)).collect();
    if site.enforces {
        if is_open(&asked.uri) {
            assert_eq!(reason, Reason::Anyone);
        } else {
            assert_eq!(reason, Reason::Permitted);
            let owner = asked.uri.strip_prefix("/media/").and_then(|rest| Some(rest.split_once('/')?.0));
            let admin = asked.uri.starts_with("/admin/");
            let fits = |t: &&Token| owner.is_none_or(|owner| owner == t.sub) && (!admin || t.is_admin);
            assert!(good.iter().any(fits), "{} gets through", asked.uri);
        }
    }
    let told = forwarded.headers.lines("x-stagedoor-token");
    let to_app = is_for_the_app(&asked.uri);
    if let Some(line) = told.first() {
        assert!(to_app && told.len() == 1, "{} is told {told:?}", asked.uri);
        assert!(good.iter().any(|t| t.text == line.value), "the app is told a token that is not good");
    }
    assert_eq!(!told.is_empty(), to_app && reason == Reason::Permitted, "{} is told {told:?}", asked.uri);
    let host = forwarded.headers.values("x-stagedoor-host").next();
    assert!(host.is_none() || (to_app && host == asked.single_header("host")), "{} is told {host:?}", asked.uri);
}

fn came_with(asked: &Request, site: &Site, token: &Token) -> bool {
    let holds = |name: &str| asked.headers.values(name).any(|value| value.contains(&token.text));
    let query = || asked.querystring.replace("%2e", ".").contains(&token.text);
    site.from.iter().any(|source| match *source {
        "cookie" => holds("cookie"),
        "bearer" => holds("authorization"),
        _ => query(),
    })
}

/// No token, no cookie of ours and no header in our name goes on, however the client wrote it.
fn stripped(forwarded: &Request, site: &Site) {
    for (name, _) in forwarded.headers.iter() {
        let folded = name.to_lowercase().replace('_', "-");
        let ours = ["x-stagedoor-token", "x-stagedoor-host"].contains(&name);
        assert!(ours || !folded.starts_with("x-stagedoor-"), "{name} goes on");
    }
    for cookie in forwarded.headers.values("cookie").flat_map(|line| line.split(';')) {
        let name = cookie.split('=').next().unwrap().trim().to_lowercase();
        let own = ["__host-sd-", "__secure-sd-", "cognitoidentityserviceprovider."];
        assert!(!own.iter().any(|prefix| name.starts_with(prefix)), "the cookie {name} goes on");
    }
    let names = forwarded.querystring.split('&').map(|pair| unescaped(pair.split('=').next().unwrap()));
    assert!(names.clone().all(|name| name != site.parameter.as_bytes()), "{} goes on", forwarded.querystring);
    if site.from.contains(&"bearer") {
        let mut values = forwarded.headers.values("authorization");
        assert!(!values.any(|v| v.trim().to_lowercase().starts_with("bearer ")), "a bearer token goes on");
    }
}

/// As a form's name is read, written anew here.
fn unescaped(name: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), name.as_bytes());
    while let [first, behind @ ..] = rest {
        let escape = (*first == b'%').then(|| std::str::from_utf8(behind.get(..2)?).ok()).flatten();
        let byte = escape.filter(|e| !e.starts_with('+')).and_then(|e| u8::from_str_radix(e, 16).ok());
        bytes.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    bytes
}

/// The headers that are nobody's business here.
fn others<'e>(headers: &Headers<'e>) -> Headers<'e> {
    let mut others = headers.clone();
    others.retain(|name, _| {
        let own = name.to_lowercase().replace('_', "-").starts_with("x-stagedoor-");
        !own && name != "cookie" && name != "authorization"
    });
    others
}

/// Apart from what is ours, the request goes on as it came.
fn otherwise_as_received(asked: &Request, site: &Site, forwarded: &Request) {
    assert_eq!((&forwarded.method, &forwarded.uri), (&asked.method, &asked.uri));
    assert_eq!((&forwarded.client_ip, &forwarded.rest), (&asked.client_ip, &asked.rest));
    assert_eq!(others(&forwarded.headers), others(&asked.headers));
    for (name, _) in forwarded.headers.iter().filter(|(name, _)| is_fixed(name)) {
        assert_eq!(forwarded.headers.lines(name), asked.headers.lines(name), "{name} is changed");
    }
    let kept = |query: &str| -> Vec<String> {
        let pairs =
            query.split('&').filter(|pair| unescaped(pair.split('=').next().unwrap()) != site.parameter.as_bytes());
        pairs.map(str::to_owned).collect()
    };
    let (left, wanted) =
        (forwarded.querystring.split('&').collect::<Vec<_>>().join("&"), kept(&asked.querystring).join("&"));
    assert_eq!(left, wanted);
    let theirs = |request: &Request| -> Vec<String> {
        let names = ["__host-sd-", "__secure-sd-", "cognitoidentityserviceprovider."];
        let all = request.headers.values("cookie").flat_map(|line| line.split(';')).map(|c| c.trim().to_owned());
        all.filter(|c| !c.is_empty() && !names.iter().any(|n| c.to_lowercase().starts_with(n))).collect()
    };
    assert_eq!(theirs(forwarded), theirs(asked), "other cookies");
}
