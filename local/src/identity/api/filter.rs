//! `ListUsers`' filter: `NAME = "VALUE"`, or `^=` for what begins so; the name may stand in quotation marks.

use super::error::ApiError;
use crate::identity::directory::User;
use serde_json::json;

/// The attributes that may be searched by, with those that are none.
const NAMES: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

/// Which users are listed.
pub(super) struct Filter {
    name: String,
    prefix: bool,
    value: String,
}

impl Filter {
    /// Reads one; an empty text is none.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, ApiError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        read(text.trim()).map(Some).ok_or_else(|| {
            let expected = "expected NAME = \"VALUE\" or NAME ^= \"VALUE\", NAME one of";
            ApiError::InvalidParameter(format!("Filter: {expected} {}", NAMES.join(", ")))
        })
    }

    /// Whether it lists the user.
    pub(super) fn takes(&self, user: &User) -> bool {
        let status = json!(user.status);
        let actual = match self.name.as_str() {
            "username" => Some(user.username.as_str()),
            "sub" => Some(user.sub.as_str()),
            "status" => Some(if user.enabled { "Enabled" } else { "Disabled" }),
            "cognito:user_status" => {
                let actual = status.as_str().unwrap_or_default();
                return self.matches(actual, &self.value.to_uppercase());
            }
            name => user.attribute(name),
        };
        actual.is_some_and(|actual| self.matches(actual, &self.value))
    }

    fn matches(&self, actual: &str, wanted: &str) -> bool {
        if self.prefix { actual.starts_with(wanted) } else { actual == wanted }
    }
}

fn read(text: &str) -> Option<Filter> {
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_at(text.find([' ', '=', '^'])?),
    };
    let rest = rest.trim_start();
    let (prefix, rest) = match rest.strip_prefix("^=") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix('=')?),
    };
    let inside = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
    let value = unescaped(inside)?;
    NAMES.contains(&name).then(|| Filter { name: name.to_owned(), prefix, value })
}

/// The text without the backslashes that quotation marks in it need; `None` where one stands without.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        match char {
            '\\' => plain.push(rest.next()?),
            '"' => return None,
            other => plain.push(other),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_signs_and_values() {
        let parts = |text: &str| read(text).map(|filter| (filter.name, filter.prefix, filter.value));
        let expected = |name: &str, prefix: bool, value: &str| Some((name.to_owned(), prefix, value.to_owned()));
        assert_eq!(parts("email = \"a@b\""), expected("email", false, "a@b"));
        assert_eq!(parts("\"family_name\"^=\"O\\\"Neill\""), expected("family_name", true, "O\"Neill"));
        assert_eq!(parts("sub=\"\""), expected("sub", false, ""));
        for bad in
            ["email", "email = a", "email > \"a\"", "shoe_size = \"4\"", "email = \"a\" or email = \"b\"", "= \"a\""]
        {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
