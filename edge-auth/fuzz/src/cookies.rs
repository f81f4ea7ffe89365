//! Cookie headers.

use edge_auth::cookies::{Cookies, strip_own};
use edge_auth::event::{Header, Headers};

use super::site::is_own_cookie;

/// Each line of the input is a `cookie` header: what is ours goes, what is not stays, and a second time changes nothing.
pub fn cookies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut headers = Headers::new();
    headers.add("Accept", "*/*");
    for (at, value) in text.split('\n').enumerate() {
        headers.add(if at % 2 == 0 { "Cookie" } else { "cookie" }, value.to_owned());
    }
    check_reading(&headers);

    let (own, foreign): (Vec<String>, Vec<String>) = pairs(&headers).into_iter().partition(|pair| is_own_pair(pair));
    let before = headers.clone();
    strip_own(&mut headers);
    assert_eq!(pairs(&headers), foreign, "what is left of {before:?}");
    for prefix in ["__Host-sd-", "__Secure-sd-", "CognitoIdentityServiceProvider."] {
        assert!(Cookies::of(&headers).names_starting(prefix).is_empty(), "{prefix} is left in {headers:?}");
    }
    if own.is_empty() {
        let blank = |line: &&Header<'_>| line.value.trim().is_empty();
        let as_written: Vec<&Header<'_>> = before.lines("cookie").iter().filter(|line| !blank(line)).collect();
        assert!(headers.lines("cookie").iter().eq(as_written), "{before:?} became {headers:?}");
    }
    let once = headers.clone();
    strip_own(&mut headers);
    assert_eq!(headers, once, "stripped a second time");
}

/// A name that stands once, or always with the same value, is found; any other is refused.
fn check_reading(headers: &Headers<'_>) {
    let cookies = Cookies::of(headers);
    let all = pairs(headers);
    let named: Vec<(&str, &str)> =
        all.iter().filter_map(|p| p.split_once('=')).map(|(n, v)| (trim(n), trim(v))).collect();
    for (name, value) in named.iter().take(20) {
        let alone = named.iter().filter(|(other, _)| other == name).all(|(_, other)| other == value);
        assert_eq!(cookies.single(name).ok(), alone.then_some(Some(*value)), "{name:?} of {headers:?}");
    }
    let sorted = cookies.names_starting("");
    assert!(sorted.is_sorted() && named.iter().all(|(name, _)| sorted.contains(name)), "{sorted:?}");
}

fn pairs(headers: &Headers<'_>) -> Vec<String> {
    let lines = headers.lines("cookie").iter();
    let pairs = lines.flat_map(|line| line.value.split(';')).map(trim);
    pairs.filter(|pair| !pair.trim().is_empty()).map(str::to_owned).collect()
}

/// A cookie whose name begins with any other white space is another cookie, and stays one.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn is_own_pair(pair: &str) -> bool {
    is_own_cookie(pair.split('=').next().unwrap_or_default())
}
