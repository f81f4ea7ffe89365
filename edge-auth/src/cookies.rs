//! Reading a request's cookies, and taking our own out of it.

use memchr::memchr_iter;

use crate::event::Headers;
use crate::reason::Reason;
use crate::token::AMPLIFY_PREFIX;

/// The cookies of all `cookie` headers, in order, undecoded.
#[derive(Debug)]
pub struct Cookies<'r>(Vec<(&'r str, &'r str)>);

impl<'r> Cookies<'r> {
    /// Reads every `cookie` header (RFC 6265 §4.2; HTTP/2 splits them freely, RFC 9113 §8.2.3).
    pub fn of(headers: &'r Headers<'_>) -> Self {
        let pairs = headers.values("cookie").flat_map(pairs);
        Self(pairs.filter_map(|p| p.split_once('=')).map(|(n, v)| (trim(n), trim(v))).collect())
    }

    /// The cookie of that name.
    ///
    /// # Errors
    /// [`Reason::AmbiguousCookie`] where two of that name differ: one of them was planted, and nobody can say which.
    pub fn single(&self, name: &str) -> Result<Option<&'r str>, Reason> {
        self.single_of(&[name])
    }

    /// The cookie whose name consists of these parts.
    ///
    /// # Errors
    /// The same.
    pub fn single_of(&self, parts: &[&str]) -> Result<Option<&'r str>, Reason> {
        let is_named = |name: &str| parts.iter().try_fold(name, |rest, part| rest.strip_prefix(part)) == Some("");
        let mut values = self.0.iter().filter(|(n, _)| is_named(n)).map(|(_, v)| *v);
        let Some(first) = values.next() else { return Ok(None) };
        if values.all(|v| v == first) { Ok(Some(first)) } else { Err(Reason::AmbiguousCookie) }
    }

    /// The names that begin so, each once.
    pub fn names_starting(&self, prefix: &str) -> Vec<&'r str> {
        let mut names: Vec<&str> = self.0.iter().map(|(n, _)| *n).filter(|n| n.starts_with(prefix)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// What stands between the semicolons.
fn pairs(line: &str) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(b';', line.as_bytes()).chain([line.len()]);
    ends.scan(0, |start, end| line.get(std::mem::replace(start, end + 1)..end))
}

/// Takes every cookie that is the authorizer's own business out of the headers; the others stay as they were written.
pub fn strip_own(headers: &mut Headers<'_>) {
    headers.retain(|name, value| {
        if name != "cookie" {
            return true;
        }
        // Here any white space goes: whoever reads the cookies behind us may take off more than we do.
        let own = |pair: &str| is_own(pair.split_once('=').map_or(pair, |(name, _)| name).trim());
        if pairs(value).any(own) {
            let mut kept = String::with_capacity(value.len());
            for (at, pair) in pairs(value).filter(|pair| !own(pair)).enumerate() {
                kept.push_str(if at == 0 { "" } else { "; " });
                kept.push_str(trim(pair));
            }
            *value = kept.into();
        }
        !value.trim().is_empty()
    });
}

/// Takes spaces and tabs off, as RFC 6265 §5.2 does, and nothing more: a browser lets a sibling subdomain set a cookie whose
/// name is an odd white space and then `__Host-`, which must not become ours.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn is_own(name: &str) -> bool {
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("__Host-sd-") || starts("__Secure-sd-") || starts(AMPLIFY_PREFIX)
}
