//! Reading the origins whose scripts may read answers.

use super::Fields;

pub(super) fn origins(mut section: Fields<'_, '_>) -> Vec<String> {
    let origins = section.names("allow_origins").unwrap_or_default();
    for (i, origin) in origins.iter().enumerate() {
        if !origin.is_empty()
            && let Err(why) = check(origin)
        {
            section.item_problem("allow_origins", i, &format!("holds {origin:?}{why}"));
        }
    }
    section.finish();
    origins
}

/// Whether the text is an origin as browsers write it (RFC 6454 §6.2): they compare nothing, we compare whole, so any
/// other spelling would never match.
fn check(origin: &str) -> Result<(), String> {
    let expected = || Err("; expected an exact origin, such as https://app.example.com".to_owned());
    if origin == "null" {
        return Err(", which every sandboxed page sends; name the origin, such as https://app.example.com".to_owned());
    }
    if origin.contains('*') {
        return Err(": answers carry credentials, so each origin must be named, such as https://app.example.com".into());
    }
    let Some((scheme, rest)) = origin.split_once("://") else { return expected() };
    let lower = origin.to_ascii_lowercase();
    if lower != origin {
        return Err(format!("; browsers send it in lower case: write {lower}"));
    }
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return expected(),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.len() < rest.len() && is_authority(authority) {
        return Err(format!("; an origin has no path: write {scheme}://{authority}"));
    }
    if let Some(host) = authority.strip_suffix(default_port).filter(|host| is_authority(host)) {
        return Err(format!("; browsers leave {default_port} out: write {scheme}://{host}"));
    }
    if is_authority(authority) { Ok(()) } else { expected() }
}

/// `host`, `host:port` or `[ipv6]:port`; the host in the form in which it goes over the wire.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, port)) => (address, port),
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let is_host = if text.starts_with('[') {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
        };
        host.split('.').all(is_label)
    };
    let is_port = |port: &str| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_origin_is_taken_in_the_spelling_of_browsers_alone() {
        for origin in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "https://xn--bcher-kva.example",
            "https://a_b.example",
            "https://app.example.com:80",
        ] {
            assert_eq!(check(origin), Ok(()), "{origin}");
        }
        for (origin, says) in [
            ("*", "named"),
            ("https://*.example.com", "named"),
            ("null", "sandboxed"),
            ("app.example.com", "exact origin"),
            ("https://", "exact origin"),
            ("https:///", "exact origin"),
            ("ftp://a.example", "exact origin"),
            ("https://user@a.example", "exact origin"),
            ("https://a..example", "exact origin"),
            ("https://b\u{fc}cher.example", "exact origin"),
            ("https://a.example:", "exact origin"),
            ("https://a.example:0", "exact origin"),
            ("https://a.example:+1", "exact origin"),
            ("https://a.example:65536", "exact origin"),
            ("https://[::1", "exact origin"),
            ("https://a.example/", "write https://a.example"),
            ("https://a.example/x?y", "write https://a.example"),
            ("https://a.example#x", "write https://a.example"),
            ("https://A.example", "write https://a.example"),
            ("HTTPS://a.example", "write https://a.example"),
            ("https://a.example:443", "write https://a.example"),
            ("http://a.example:80", "write http://a.example"),
        ] {
            let refused = check(origin).expect_err(origin);
            assert!(refused.contains(says), "{origin}: {refused}");
        }
    }
}
