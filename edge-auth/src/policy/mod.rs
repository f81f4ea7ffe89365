//! `policy.yaml` as data: who may fetch what.
//!
//! [`Policy::from_json`] collects every problem before anything starts; [`Policy::explain`] says what a policy makes of a
//! request.

mod allow;
mod answer;
mod checks;
mod cors;
pub mod explain;
mod fields;
mod matching;
mod normal;
mod pattern;
mod problem;
mod read;
mod route;
mod routes;

pub use answer::seconds;
pub(crate) use fields::{Fields, Node};
pub use matching::Captures;
pub use normal::normalised;
pub use pattern::Pattern;
pub use problem::Problem;
pub use route::{Action, Allow, Cache, Denied, Gate, Methods, Origin, Route};

/// A whole policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether a refusal is carried out.
    pub mode: Mode,
    /// Where tokens are looked for and how they are judged.
    pub tokens: Tokens,
    /// Whether the cookies of Amplify's libraries count beside our own.
    pub amplify_cookies: bool,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Origins whose scripts may read answers, as `https://app.example.com`.
    pub allow_origins: Vec<String>,
    /// In order: the first that matches decides.
    pub routes: Vec<Route>,
}

/// Whether a refusal is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is decided; tokens are stripped all the same.
    Off,
    /// Decides and logs, and lets through with tokens stripped.
    Log,
    /// Decides.
    Enforce,
}

/// Where tokens are looked for and how they are judged.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// In order of preference.
    pub from: Vec<TokenSource>,
    /// The name of the query parameter that may carry a token.
    pub query_parameter: String,
    /// Which of Cognito's tokens counts.
    pub token_use: TokenUse,
    /// Clock skew that is forgiven, 0 to 300 seconds.
    pub leeway_seconds: u32,
    /// Longer tokens are refused unread.
    pub max_bytes: usize,
}

/// A place in a request that may carry a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSource {
    /// Our own `__Host-` cookie and, where accepted, Amplify's.
    Cookie,
    /// `Authorization: Bearer`.
    Bearer,
    /// The query parameter.
    Query,
}

/// Which of Cognito's tokens counts (`token_use`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// Only access tokens.
    Access,
    /// Only ID tokens.
    Id,
    /// Both.
    Either,
}

/// How people sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Where the sign-in page is.
    pub mode: SignInMode,
    /// Asked for at the authorize endpoint; holds `openid`.
    pub scopes: Vec<String>,
}

/// Where the sign-in page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMode {
    /// At the identity provider; code and PKCE are handled at the edge.
    Hosted,
    /// The app's own `/login`.
    Page,
    /// Nowhere: every refusal is a status.
    None,
}

/// What CloudFront will do with a path: the behaviour that it picks before any function runs.
#[derive(Debug, Clone, Copy)]
pub enum Behaviour<'a> {
    /// `/_auth/*`, the implicit first one: all methods, nothing cached, answered by the function alone.
    Auth,
    /// The route at this index.
    Route(usize, &'a Route),
    /// None of ours matches.
    None,
}

/// Where sign-in's own addresses live. No route can shadow it.
pub const AUTH_PREFIX: &str = "/_auth/";
/// Where paths with a playback pass live: `/p/PASS/…`.
pub const PASS_PREFIX: &str = "/p/";

impl Policy {
    /// Reads a policy given as JSON (the same tree as the YAML).
    ///
    /// # Errors
    /// Every problem there is, each with the place in the tree.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, Vec<Problem>> {
        read::policy(value)
    }

    /// The first behaviour whose pattern matches, with `*` in the place of each `{name}`: CloudFront's choice.
    /// `path` is the normalised path (RFC 3986 §6.2.2.3, `//` folded).
    pub fn behaviour(&self, path: &str) -> Behaviour<'_> {
        if path.starts_with(AUTH_PREFIX) {
            return Behaviour::Auth;
        }
        let found = self.routes.iter().enumerate().find(|(_, route)| route.path.matches_behaviour(path));
        found.map_or(Behaviour::None, |(index, route)| Behaviour::Route(index, route))
    }
}
