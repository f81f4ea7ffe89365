//! Tokens in cookies: ours, which bear a name that nobody else can set, and Amplify's.

use edge_auth::Reason::{
    AmbiguousCookie, NoToken, Permitted, SignatureInvalid, TokenExpired, TokenMalformed, TokenUseWrong,
};
use edge_auth::config::EdgeConfig;
use serde_json::json;

use crate::sources::{Tokens, from, reason, tokens};
use crate::support::Provider;

fn amplify(token_use: &str) -> EdgeConfig {
    Provider::new().site(json!({"cookies": {"accept": ["host", "amplify"]}, "tokens": {"use": token_use}}))
}

#[test]
fn cookies_are_found_by_their_exact_name_and_once() {
    let Tokens { good, expired, .. } = tokens();
    let own = |value: &str| format!("__Host-sd-access={value}");
    for (name, lines, expected) in [
        ("alone", vec![own(&good)], Permitted),
        ("among others", vec![format!("a=b; {}; c=d", own(&good))], Permitted),
        ("among others, without spaces", vec![format!("a=b;{};c=d", own(&good))], Permitted),
        ("in the second line", vec!["a=b".to_owned(), own(&good)], Permitted),
        ("with spaces around", vec![format!("a=b;  __Host-sd-access =  {good}  ; c=d")], Permitted),
        ("with a tab before", vec![format!("a=b;\t{}", own(&good))], Permitted),
        ("the same value twice", vec![format!("{}; {}", own(&good), own(&good))], Permitted),
        ("the same value in two lines", vec![own(&good), own(&good)], Permitted),
        ("two values", vec![format!("{}; {}", own(&good), own(&expired))], AmbiguousCookie),
        ("two values in two lines", vec![own(&expired), own(&good)], AmbiguousCookie),
        ("a value and an empty one", vec![format!("{}; {}", own(&good), own(""))], AmbiguousCookie),
        ("two bad values", vec![format!("{}; {}", own("x"), own("y"))], AmbiguousCookie),
        (
            "a value and that value quoted",
            vec![format!("{}; {}", own(&good), own(&format!("\"{good}\"")))],
            AmbiguousCookie,
        ),
        ("an empty value", vec![own("")], TokenMalformed),
        ("a quoted value", vec![own(&format!("\"{good}\""))], TokenMalformed),
        ("an escaped value", vec![own(&good.replace('.', "%2E"))], TokenMalformed),
        ("two tokens in one value", vec![own(&format!("{good},{good}"))], TokenMalformed),
        ("a name without a value", vec!["__Host-sd-access".to_owned()], NoToken),
        ("no name", vec![format!("={}", own(&good))], NoToken),
        ("small letters", vec![own(&good).to_lowercase()], NoToken),
        ("a small h", vec![own(&good).replacen('H', "h", 1)], NoToken),
        ("capitals", vec![format!("__HOST-SD-ACCESS={good}")], NoToken),
        ("a capital A", vec![format!("__Host-sd-Access={good}")], NoToken),
        ("no prefix", vec![format!("sd-access={good}")], NoToken),
        ("another prefix", vec![format!("__Secure-sd-access={good}")], NoToken),
        ("a longer name", vec![format!("__Host-sd-access2={good}")], NoToken),
        ("a name with an escape", vec![format!("%5F_Host-sd-access={good}")], NoToken),
        ("a quoted name", vec![format!("\"__Host-sd-access\"={good}")], NoToken),
        ("a comma for a semicolon", vec![format!("a=b, {}", own(&good))], NoToken),
        ("a name inside a value", vec![format!("a={}", own(&good))], NoToken),
    ] {
        let lines: Vec<(&str, &str)> = lines.iter().map(|line| ("cookie", line.as_str())).collect();
        assert_eq!(reason(&Provider::new().site(json!({})), "", &lines), expected, "{name}");
    }
}

/// A browser lets a sibling subdomain set a cookie whose name begins with white space and then `__Host-`, since to it that is
/// another name. Whoever trims more than RFC 6265 does takes it for ours.
#[test]
fn a_name_with_foreign_white_space_before_it_is_another_name() {
    let Tokens { good, .. } = tokens();
    let site = Provider::new().site(json!({}));
    for space in [
        "\u{85}", "\u{a0}", "\u{1680}", "\u{2000}", "\u{2003}", "\u{2028}", "\u{202f}", "\u{205f}", "\u{3000}",
        "\u{b}", "\u{c}",
    ] {
        for (name, value) in
            [(format!("{space}__Host-sd-access"), good.clone()), (format!("__Host-sd-access{space}"), good.clone())]
        {
            let cookie = format!("{name}={value}");
            assert_eq!(reason(&site, "", &[("cookie", &cookie)]), NoToken, "{name:?}");
            let both = format!("__Host-sd-access={good}; {name}=x");
            assert_eq!(reason(&site, "", &[("cookie", &both)]), Permitted, "ours beside {name:?}");
        }
        let behind = format!("__Host-sd-access={good}{space}; a=b");
        assert_eq!(reason(&site, "", &[("cookie", &behind)]), TokenMalformed, "a value before {space:?}");
    }
}

#[test]
fn an_ambiguous_cookie_is_no_credential_and_stops_no_other() {
    let Tokens { good, expired, forged, .. } = tokens();
    let two = format!("__Host-sd-access={good}; __Host-sd-access={expired}");
    let cookie_first = from(json!(["cookie", "bearer"]));
    let bearer_first = from(json!(["bearer", "cookie"]));
    for (bearer, by_cookie_first, by_bearer_first) in [
        (&good, Permitted, Permitted),
        (&forged, AmbiguousCookie, SignatureInvalid),
        (&expired, AmbiguousCookie, TokenExpired),
    ] {
        let bearer = format!("Bearer {bearer}");
        let lines = [("cookie", two.as_str()), ("authorization", &bearer)];
        assert_eq!(reason(&cookie_first, "", &lines), by_cookie_first);
        assert_eq!(reason(&bearer_first, "", &lines), by_bearer_first);
    }
    assert_eq!(reason(&bearer_first, "", &[("cookie", &two)]), AmbiguousCookie);
}

#[test]
fn of_amplifys_cookies_those_of_the_last_user_count() {
    let Tokens { good, expired, id, .. } = tokens();
    let ours = "CognitoIdentityServiceProvider.client";
    let last = |user: &str| format!("{ours}.LastAuthUser={user}");
    let access = |user: &str, token: &str| format!("{ours}.{user}.accessToken={token}");
    let ids = |user: &str, token: &str| format!("{ours}.{user}.idToken={token}");
    for (name, cookies, wanted, expected) in [
        ("the last user's", vec![last("alice"), access("alice", &good)], "access", Permitted),
        ("in the other order", vec![access("alice", &good), last("alice")], "access", Permitted),
        ("among others", vec![access("bob", &expired), last("alice"), access("alice", &good)], "access", Permitted),
        ("a name with a dot", vec![last("a.b"), access("a.b", &good)], "access", Permitted),
        ("an escaped name", vec![last("a%40b.c"), access("a%40b.c", &good)], "access", Permitted),
        ("a name escaped once only", vec![last("a%40b.c"), access("a@b.c", &good)], "access", NoToken),
        ("a name in capitals", vec![last("Alice"), access("alice", &good)], "access", NoToken),
        ("nobody was last", vec![access("alice", &good)], "access", NoToken),
        ("somebody else was last", vec![last("bob"), access("alice", &good)], "access", NoToken),
        (
            "somebody else was last and is expired",
            vec![last("bob"), access("alice", &good), access("bob", &expired)],
            "access",
            TokenExpired,
        ),
        ("two were last", vec![last("alice"), last("bob"), access("alice", &good)], "access", NoToken),
        ("one was last twice", vec![last("alice"), last("alice"), access("alice", &good)], "access", Permitted),
        ("the last has no name", vec![last(""), access("", &good)], "access", Permitted),
        (
            "two tokens",
            vec![last("alice"), access("alice", &good), access("alice", &expired)],
            "access",
            AmbiguousCookie,
        ),
        (
            "the same token twice",
            vec![last("alice"), access("alice", &good), access("alice", &good)],
            "access",
            Permitted,
        ),
        ("an ID token as access token", vec![last("alice"), access("alice", &id)], "access", TokenUseWrong),
        ("only an ID token", vec![last("alice"), ids("alice", &id)], "access", NoToken),
        ("an ID token where one is wanted", vec![last("alice"), ids("alice", &id)], "id", Permitted),
        ("an access token where an ID token is wanted", vec![last("alice"), access("alice", &good)], "id", NoToken),
        ("either, both good", vec![last("alice"), access("alice", &good), ids("alice", &id)], "either", Permitted),
        ("either, one good", vec![last("alice"), access("alice", &expired), ids("alice", &id)], "either", Permitted),
        (
            "either, none good",
            vec![last("alice"), access("alice", &expired), ids("alice", "x")],
            "either",
            TokenExpired,
        ),
        (
            "another client's",
            vec![last("alice").replace(".client.", ".other."), access("alice", &good).replace(".client.", ".other.")],
            "access",
            NoToken,
        ),
        (
            "another client's last user",
            vec![last("alice").replace(".client.", ".other."), access("alice", &good)],
            "access",
            NoToken,
        ),
        ("a name in other case", vec![last("alice").to_lowercase(), access("alice", &good)], "access", NoToken),
        (
            "our own cookie too, expired",
            vec![format!("__Host-sd-access={expired}"), last("alice"), access("alice", &good)],
            "access",
            Permitted,
        ),
        (
            "our own cookie too, both expired",
            vec!["__Host-sd-access=x".to_owned(), last("alice"), access("alice", &expired)],
            "access",
            TokenMalformed,
        ),
        (
            "our own cookie too, good",
            vec![format!("__Host-sd-access={good}"), last("alice"), access("alice", &expired)],
            "access",
            Permitted,
        ),
        (
            "our own cookie too, ambiguous",
            vec!["__Host-sd-access=x; __Host-sd-access=y".to_owned(), last("alice"), access("alice", &good)],
            "access",
            Permitted,
        ),
        (
            "a refresh token",
            vec![last("alice"), access("alice", &good).replace("accessToken", "refreshToken")],
            "access",
            NoToken,
        ),
    ] {
        let cookie = cookies.join("; ");
        assert_eq!(reason(&amplify(wanted), "", &[("cookie", &cookie)]), expected, "{name}");
        // Where they are not accepted, they are not there.
        if !cookie.contains("__Host-sd-access") {
            let site = Provider::new().site(json!({"tokens": {"use": wanted}}));
            assert_eq!(reason(&site, "", &[("cookie", &cookie)]), NoToken, "{name}, not accepted");
        }
    }
}
