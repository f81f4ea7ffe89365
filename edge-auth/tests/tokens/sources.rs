//! Where a token is looked for, and which of several counts.

use edge_auth::Reason::{self, NoToken, Permitted, SignatureInvalid, TokenExpired, TokenMalformed};
use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::support::{NOW, Provider, decided, navigation};

const NO_LINES: &[(&str, &str)] = &[];

/// Tokens of one person, good and bad.
pub struct Tokens {
    pub good: String,
    pub expired: String,
    pub forged: String,
    pub id: String,
}

pub fn tokens() -> Tokens {
    Tokens {
        good: Draft::access().signed(),
        expired: Draft::access().claims(json!({"exp": NOW - 900})).signed(),
        forged: Draft::access().by_stranger().signed(),
        id: Draft::id().signed(),
    }
}

pub fn from(sources: Value) -> EdgeConfig {
    Provider::new().site(json!({"tokens": {"from": sources}, "sign_in": {"mode": "none"}}))
}

/// What a navigation with this query and these header lines comes to.
pub fn reason(site: &EdgeConfig, query: &str, lines: &[(&str, &str)]) -> Reason {
    decided(navigation("/x", query, lines), site, NOW).reason
}

#[test]
fn only_the_sources_of_the_policy_count() {
    let Tokens { good, .. } = tokens();
    let (cookie, bearer, query) =
        (format!("__Host-sd-access={good}"), format!("Bearer {good}"), format!("token={good}"));
    let requests = [
        ("cookie", "", vec![("cookie", cookie.as_str())]),
        ("bearer", "", vec![("authorization", bearer.as_str())]),
        ("query", query.as_str(), Vec::new()),
    ];
    let lists: [&[&str]; 7] = [
        &["cookie"],
        &["bearer"],
        &["query"],
        &["cookie", "bearer"],
        &["bearer", "query"],
        &["query", "cookie"],
        &["query", "bearer", "cookie"],
    ];
    for list in lists {
        let site = from(json!(list));
        assert_eq!(reason(&site, "", NO_LINES), NoToken, "nothing where {list:?} count");
        for (source, query, lines) in &requests {
            let expected = if list.contains(source) { Permitted } else { NoToken };
            assert_eq!(reason(&site, query, lines), expected, "{source} where {list:?} count");
        }
    }
}

#[test]
fn the_first_that_verifies_wins_and_otherwise_the_first_found_speaks() {
    let Tokens { good, expired, forged, .. } = tokens();
    let cookie_first = from(json!(["cookie", "bearer", "query"]));
    let query_first = from(json!(["query", "bearer", "cookie"]));
    for (in_cookie, in_bearer, in_query, by_cookie_first, by_query_first) in [
        (&expired, &forged, "x", TokenExpired, TokenMalformed),
        (&forged, &expired, "x", SignatureInvalid, TokenMalformed),
        (&expired, &forged, good.as_str(), Permitted, Permitted),
        (&expired, &good, "x", Permitted, Permitted),
        (&good, &forged, "x", Permitted, Permitted),
        (&forged, &forged, expired.as_str(), SignatureInvalid, TokenExpired),
    ] {
        let (cookie, bearer, query) =
            (format!("__Host-sd-access={in_cookie}"), format!("Bearer {in_bearer}"), format!("token={in_query}"));
        let lines = [("authorization", bearer.as_str()), ("cookie", &cookie)];
        assert_eq!(reason(&cookie_first, &query, &lines), by_cookie_first, "{by_cookie_first} from the cookie on");
        assert_eq!(reason(&query_first, &query, &lines), by_query_first, "{by_query_first} from the query on");
    }
}

#[test]
fn authorization_is_read_where_its_scheme_is_bearer() {
    let Tokens { good, expired, forged, .. } = tokens();
    let site = Provider::new().site(json!({}));
    for (name, values, expected) in [
        ("Bearer", vec![format!("Bearer {good}")], Permitted),
        ("small letters", vec![format!("bearer {good}")], Permitted),
        ("capitals", vec![format!("BEARER {good}")], Permitted),
        ("mixed letters", vec![format!("bEaReR {good}")], Permitted),
        ("several spaces", vec![format!("Bearer    {good}")], Permitted),
        ("spaces around", vec![format!("  Bearer {good}  ")], Permitted),
        ("no space", vec![format!("Bearer{good}")], NoToken),
        ("a colon", vec![format!("Bearer: {good}")], NoToken),
        ("a tab", vec![format!("Bearer\t{good}")], NoToken),
        ("no token", vec!["Bearer".to_owned()], NoToken),
        ("no token behind a space", vec!["Bearer ".to_owned()], NoToken),
        ("no scheme", vec![good.clone()], NoToken),
        ("Basic", vec![format!("Basic {good}")], NoToken),
        ("DPoP", vec![format!("DPoP {good}")], NoToken),
        ("a longer scheme", vec![format!("Bearers {good}")], NoToken),
        ("nothing", vec![String::new()], NoToken),
        ("two tokens", vec![format!("Bearer {good} {good}")], TokenMalformed),
        ("two credentials in one value", vec![format!("Bearer {good}, Bearer {good}")], TokenMalformed),
        ("a quoted token", vec![format!("Bearer \"{good}\"")], TokenMalformed),
        ("a parameter", vec![format!("Bearer token={good}")], TokenMalformed),
        ("a malformed token", vec!["Bearer x".to_owned()], TokenMalformed),
        ("a second value that is good", vec![format!("Bearer {expired}"), format!("Bearer {good}")], Permitted),
        ("a first value that is good", vec![format!("Bearer {good}"), format!("Bearer {expired}")], Permitted),
        ("two values that are bad", vec![format!("Bearer {expired}"), format!("Bearer {forged}")], TokenExpired),
        (
            "two values that are bad, turned round",
            vec![format!("Bearer {forged}"), format!("Bearer {expired}")],
            SignatureInvalid,
        ),
        ("Basic and then Bearer", vec!["Basic eA==".to_owned(), format!("Bearer {good}")], Permitted),
    ] {
        let lines: Vec<(&str, &str)> = values.iter().map(|value| ("authorization", value.as_str())).collect();
        assert_eq!(reason(&site, "", &lines), expected, "{name}");
    }
}

#[test]
fn the_query_parameter_is_found_however_it_is_spelt_and_however_often() {
    let Tokens { good, expired, forged, .. } = tokens();
    let site = Provider::new().site(json!({}));
    let escaped = good.replace('.', "%2E");
    let five = format!("{}&token={good}", vec![format!("token={expired}"); 4].join("&"));
    let four = format!("{}&token={good}", vec![format!("token={expired}"); 3].join("&"));
    for (name, query, expected) in [
        ("alone", format!("token={good}"), Permitted),
        ("among others", format!("a=b&token={good}&c"), Permitted),
        ("between empty pairs", format!("&&token={good}&&"), Permitted),
        ("an escaped letter in its name", format!("%74oken={good}"), Permitted),
        ("all letters of its name escaped", format!("%74%6f%6B%65%6e={good}"), Permitted),
        ("an escaped value", format!("token={escaped}"), Permitted),
        ("an escaped equals sign", format!("token%3D{good}"), NoToken),
        ("a name escaped twice", format!("%2574oken={good}"), NoToken),
        ("a value escaped twice", format!("token={}", escaped.replace('%', "%25")), TokenMalformed),
        ("a name in capitals", format!("TOKEN={good}"), NoToken),
        ("a capital", format!("Token={good}"), NoToken),
        ("a longer name", format!("tokens={good}"), NoToken),
        ("a name with brackets", format!("token[]={good}"), NoToken),
        ("a name with a space", format!("token+={good}"), NoToken),
        ("a name of half an escape", format!("%7token={good}"), NoToken),
        ("a name that is no UTF-8", format!("token%ff={good}"), NoToken),
        ("behind a semicolon", format!("a=b;token={good}"), NoToken),
        ("behind a question mark", format!("?token={good}"), NoToken),
        ("inside a value", format!("a=token={good}"), NoToken),
        ("no value", "token=".to_owned(), TokenMalformed),
        ("no equals sign", "token".to_owned(), TokenMalformed),
        ("a space", format!("token=+{good}"), TokenMalformed),
        ("a scheme", format!("token=Bearer%20{good}"), TokenMalformed),
        ("bad and then good", format!("token={expired}&token={good}"), Permitted),
        ("good and then bad", format!("token={good}&token={forged}"), Permitted),
        ("bad twice", format!("token={expired}&token={forged}"), TokenExpired),
        ("bad twice, turned round", format!("token={forged}&%74oken={expired}"), SignatureInvalid),
        ("good as the fourth", four, Permitted),
        ("good as the fifth: only four are tried", five, TokenExpired),
    ] {
        assert_eq!(reason(&site, &query, NO_LINES), expected, "{name}");
    }
    let renamed = Provider::new().site(json!({"tokens": {"query_parameter": "access_token"}}));
    assert_eq!(reason(&renamed, &format!("access_token={good}"), NO_LINES), Permitted);
    assert_eq!(reason(&renamed, &format!("token={good}"), NO_LINES), NoToken);
}
