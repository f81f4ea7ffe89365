//! Reading a policy from a JSON tree, with every problem named.

use serde_json::{Map, Value};

use super::{Mode, Policy, Problem, SignIn, SignInMode, TokenSource, TokenUse, Tokens, routes};

/// Reads a whole policy.
pub fn policy(value: &Value) -> Result<Policy, Vec<Problem>> {
    let mut problems = Vec::new();
    let policy = Node { value, at: String::new() }.fields(&mut problems).and_then(|mut top| {
        match top.take("version").map(|n| n.value.as_u64()) {
            Some(Some(1)) => {}
            _ => top.problem("version", "must be 1"),
        }
        let mode = top
            .choice("mode", &[("off", Mode::Off), ("log", Mode::Log), ("enforce", Mode::Enforce)])
            .unwrap_or(Mode::Enforce);
        let tokens = tokens(top.section("tokens"));
        let amplify_cookies = cookies(top.section("cookies"));
        let sign_in = sign_in(top.section("sign_in"));
        let allow_origins = cors(top.section("cors"));
        let routes = top.take("routes").map(|n| routes::routes(n, top.problems));
        if routes.is_none() {
            top.problem("routes", "is missing: a policy needs at least one route");
        }
        top.finish();
        Some(Policy { mode, tokens, amplify_cookies, sign_in, allow_origins, routes: routes? })
    });
    if let Some(policy) = &policy {
        routes::check_all(policy, &mut problems);
    }
    match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(problems),
    }
}

fn tokens(section: Option<Fields<'_, '_>>) -> Tokens {
    let mut tokens = Tokens {
        from: vec![TokenSource::Cookie, TokenSource::Bearer, TokenSource::Query],
        query_parameter: "token".to_owned(),
        token_use: TokenUse::Access,
        leeway_seconds: 30,
        max_bytes: 8192,
    };
    let Some(mut section) = section else { return tokens };
    if let Some(names) = section.strings("from") {
        tokens.from = Vec::new();
        for name in names {
            match name.as_str() {
                "cookie" => tokens.from.push(TokenSource::Cookie),
                "bearer" => tokens.from.push(TokenSource::Bearer),
                "query" => tokens.from.push(TokenSource::Query),
                other => section.problem("from", &format!("holds {other:?}; expected cookie, bearer or query")),
            }
        }
    }
    if let Some(name) = section.text("query_parameter") {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b)) {
            section.problem("query_parameter", "must be one or more of A-Z a-z 0-9 . _ ~ -");
        }
        tokens.query_parameter = name;
    }
    let uses = [("access", TokenUse::Access), ("id", TokenUse::Id), ("either", TokenUse::Either)];
    tokens.token_use = section.choice("use", &uses).unwrap_or(tokens.token_use);
    if let Some(n) = section.number("leeway_seconds", 0..=300) {
        tokens.leeway_seconds = u32::try_from(n).unwrap_or(300);
    }
    if let Some(n) = section.number("max_bytes", 512..=16_384) {
        tokens.max_bytes = usize::try_from(n).unwrap_or(8192);
    }
    section.finish();
    tokens
}

/// Whether Amplify's cookies are accepted.
fn cookies(section: Option<Fields<'_, '_>>) -> bool {
    let Some(mut section) = section else { return false };
    let mut amplify = false;
    for name in section.strings("accept").unwrap_or_default() {
        match name.as_str() {
            "host" => {}
            "amplify" => amplify = true,
            other => section.problem("accept", &format!("holds {other:?}; expected host or amplify")),
        }
    }
    section.finish();
    amplify
}

fn sign_in(section: Option<Fields<'_, '_>>) -> SignIn {
    let mut sign_in =
        SignIn { mode: SignInMode::Hosted, scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec() };
    let Some(mut section) = section else { return sign_in };
    let modes = [("hosted", SignInMode::Hosted), ("page", SignInMode::Page), ("none", SignInMode::None)];
    sign_in.mode = section.choice("mode", &modes).unwrap_or(sign_in.mode);
    if let Some(scopes) = section.strings("scopes") {
        if !scopes.iter().any(|s| s == "openid") {
            section.problem("scopes", "must hold openid: without an ID token the sign-in cannot be checked");
        }
        if let Some(bad) = scopes.iter().find(|s| s.is_empty() || s.contains([' ', '"', '\\'])) {
            section.problem("scopes", &format!("holds {bad:?}, which is no scope"));
        }
        sign_in.scopes = scopes;
    }
    section.finish();
    sign_in
}

fn cors(section: Option<Fields<'_, '_>>) -> Vec<String> {
    let Some(mut section) = section else { return Vec::new() };
    let origins = section.strings("allow_origins").unwrap_or_default();
    for origin in &origins {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if !host.is_some_and(|h| !h.is_empty() && h.bytes().all(|b| b.is_ascii_graphic() && !b"/*?#@".contains(&b))) {
            section.problem(
                "allow_origins",
                &format!(
                    "holds {origin:?}; expected an exact origin such as https://app.example.com, without a path or *"
                ),
            );
        }
    }
    section.finish();
    origins
}

/// A value and where it stands.
pub(crate) struct Node<'v> {
    pub value: &'v Value,
    pub at: String,
}

impl<'v> Node<'v> {
    /// The fields of an object; a problem where it is none.
    pub fn fields<'p>(self, problems: &'p mut Vec<Problem>) -> Option<Fields<'v, 'p>> {
        if let Value::Object(map) = self.value {
            Some(Fields { map, at: self.at, taken: Vec::new(), problems })
        } else {
            problems.push(Problem { at: self.at, message: format!("{} found, a mapping expected", kind(self.value)) });
            None
        }
    }
}

/// The fields of an object, each taken once; what is left over at the end is a problem.
pub(crate) struct Fields<'v, 'p> {
    map: &'v Map<String, Value>,
    pub at: String,
    taken: Vec<&'static str>,
    pub problems: &'p mut Vec<Problem>,
}

impl<'v> Fields<'v, '_> {
    pub fn take(&mut self, name: &'static str) -> Option<Node<'v>> {
        self.taken.push(name);
        self.map.get(name).map(|value| Node { value, at: format!("{}/{name}", self.at) })
    }

    pub fn problem(&mut self, name: &str, message: &str) {
        self.problems.push(Problem { at: format!("{}/{name}", self.at), message: format!("{name} {message}") });
    }

    /// A mapping inside this one.
    pub fn section(&mut self, name: &'static str) -> Option<Fields<'v, '_>> {
        let node = self.take(name)?;
        node.fields(self.problems)
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let node = self.take(name)?;
        let text = node.value.as_str().map(str::to_owned);
        if text.is_none() {
            self.problem(name, &format!("is {}; text expected", kind(node.value)));
        }
        text
    }

    pub fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = choices.iter().find(|(n, _)| *n == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(n, _)| *n).collect();
            self.problem(name, &format!("is {text:?}; expected {}", names.join(", ")));
        }
        found
    }

    pub fn number(&mut self, name: &'static str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let node = self.take(name)?;
        let number = node.value.as_u64().filter(|n| range.contains(n));
        if number.is_none() {
            let message =
                format!("is {}; expected a whole number from {} to {}", node.value, range.start(), range.end());
            self.problem(name, &message);
        }
        number
    }

    pub fn strings(&mut self, name: &'static str) -> Option<Vec<String>> {
        let node = self.take(name)?;
        let strings = node
            .value
            .as_array()
            .and_then(|list| list.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        if strings.is_none() {
            self.problem(name, &format!("is {}; a list of texts expected", kind(node.value)));
        }
        strings
    }

    /// Names what nobody asked for: a misspelt key would otherwise silently mean its default.
    pub fn finish(self) {
        for key in self.map.keys().filter(|k| !self.taken.iter().any(|t| t == k)) {
            self.problems.push(Problem {
                at: format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1")),
                message: format!("unknown key {key:?}; expected {}", self.taken.join(", ")),
            });
        }
    }
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
