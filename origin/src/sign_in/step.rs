//! What is remembered between two pages: sealed, in a cookie that no script sees, for ten minutes.

use axum::response::Response;
use edge_auth::config::SecretKey;
use edge_auth::seal;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::api::random;
use crate::app::App;
use crate::identity::Asked;

/// No name of the edge's, which takes its own out of what it forwards.
const COOKIE_NAME: &str = "__Host-sign-in";
const SECONDS: i64 = 600;
const PURPOSE: &str = "stagedoor sign-in step v1";
/// Browsers cap a cookie near 4,096 bytes with its name and attributes.
const LONGEST: usize = 3900;

/// How far somebody has got.
#[derive(Clone, Serialize, Deserialize)]
pub enum Step {
    /// The pool waits for an answer. `key` is that of an authenticator app under way.
    Question { asked: Asked, key: Option<String>, to: String },
    /// A password is to be chosen anew with a code.
    Reset { username: String, to: String },
    /// An address is to be confirmed with a code.
    Confirm { username: String, to: String },
    /// A signed-in person sets up an authenticator app.
    App { sub: String, key: String },
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Unix milliseconds.
    at: i64,
    step: Step,
}

impl Step {
    /// The one that the browser has brought, if it is ours and young enough.
    pub fn of(app: &App, headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs =
            lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value);
        // Of two that differ one was planted.
        let value = values.next().filter(|first| values.all(|other| other == *first))?;
        let opened = seal::open(value, &keys(app), PURPOSE)?;
        let Sealed { at, step } = serde_json::from_slice(&opened).ok()?;
        let age = app.now() - at;
        (0..SECONDS * 1000).contains(&age).then_some(step)
    }

    /// Has the browser keep it.
    pub fn keep(self, app: &App, response: Response) -> Result<Response, Problem> {
        let failed = || Problem::internal(&"a step of a sign-in cannot be kept");
        let keys = keys(app);
        let key = keys.first().ok_or_else(failed)?;
        let bytes = serde_json::to_vec(&Sealed { at: app.now(), step: self }).map_err(|e| Problem::internal(&e))?;
        let sealed = seal::seal(bytes, key, PURPOSE, random::<12>()?).filter(|sealed| sealed.len() <= LONGEST);
        with_cookie(response, &cookie(&sealed.ok_or_else(failed)?, SECONDS))
    }
}

/// The keys that seal it: those of the edge's own sign-in where this process has them, else the one that passes are made with.
/// Both are used through a derivation of their own, and a step that a change of keys makes unreadable is begun again.
fn keys(app: &App) -> Vec<SecretKey> {
    if !app.verifier.config().state_keys.is_empty() {
        return app.verifier.config().state_keys.clone();
    }
    (app.pass_key)().map(|key| SecretKey { kid: "pass".to_owned(), key: key.secret }).into_iter().collect()
}

/// Ends it.
pub fn forget(response: Response) -> Response {
    let mut response = response;
    if let Ok(ended) = HeaderValue::try_from(cookie("", 0)) {
        response.headers_mut().append(SET_COOKIE, ended);
    }
    response
}

/// Adds a `Set-Cookie` line.
pub fn with_cookie(mut response: Response, line: &str) -> Result<Response, Problem> {
    let line = HeaderValue::try_from(line).map_err(|_| Problem::internal(&"a cookie that is no header"))?;
    response.headers_mut().append(SET_COOKIE, line);
    Ok(response)
}

fn cookie(value: &str, seconds: i64) -> String {
    format!("{COOKIE_NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict")
}
