//! `policy.yaml` as data: who may fetch what.
//!
//! [`Policy::from_json`] collects every problem before anything starts; the reading itself is in `read`.

mod pattern;
mod problem;
mod read;
mod routes;

pub use pattern::{Captures, Pattern};
pub use problem::Problem;
pub(crate) use read::{Fields, Node};

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

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Which paths it speaks of.
    pub path: Pattern,
    /// Who may.
    pub allow: Allow,
    /// Which function checks.
    pub gate: Gate,
    /// What happens then.
    pub action: Action,
    /// What a refusal looks like.
    pub denied: Denied,
    /// Which methods exist here.
    pub methods: Methods,
}

/// Who may use a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allow {
    /// Everybody.
    Anyone,
    /// Whoever has a valid token.
    SignedIn,
    /// Whoever has a playback pass.
    Pass,
    /// A member of at least one of these groups.
    GroupsAny(Vec<String>),
    /// A member of all these groups.
    GroupsAll(Vec<String>),
    /// A token with at least one of these scopes.
    ScopesAny(Vec<String>),
    /// A token with all these scopes.
    ScopesAll(Vec<String>),
    /// The claim is one of these strings.
    ClaimIn {
        /// The claim's name.
        claim: String,
        /// What it may be.
        values: Vec<String>,
    },
    /// The claim is the path's segment of that name, percent-decoded.
    ClaimEqualsPath {
        /// The claim's name.
        claim: String,
        /// The `{name}` in the route's path.
        segment: String,
    },
    /// One of these holds.
    Any(Vec<Allow>),
    /// All of these hold.
    All(Vec<Allow>),
}

/// Which function checks a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Lambda@Edge.
    Lambda,
    /// The CloudFront Function.
    Function,
}

/// What an allowed request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It goes on to an origin.
    Origin {
        /// Which.
        origin: Origin,
        /// What CloudFront may keep of the answer.
        cache: Cache,
    },
    /// A redirect to a pass URL.
    Pass {
        /// The path prefix that the pass is for, with `{name}`s.
        prefix: String,
        /// How long it is good for.
        ttl_seconds: u64,
    },
}

/// Where allowed requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The web app and its API.
    App,
    /// Static files of the app.
    Site,
    /// Renditions.
    Media,
}

/// What CloudFront may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Nothing.
    None,
    /// Keyed by path, for a day; `Range` is served from it; no query and no cookie goes to the origin.
    Media,
    /// Keyed by path, for a year.
    Immutable,
}

/// What a refusal looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// A redirect to sign-in for navigations, a status for everything else.
    Auto,
    /// Always a redirect.
    Redirect,
    /// Always a status.
    Status,
}

/// Which methods exist on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Methods {
    /// GET, HEAD, OPTIONS.
    Read,
    /// Those, and PUT, PATCH, POST, DELETE.
    All,
}

impl Methods {
    /// Whether the method, in upper case, exists here.
    pub fn allow(self, method: &str) -> bool {
        match method {
            "GET" | "HEAD" | "OPTIONS" => true,
            "PUT" | "PATCH" | "POST" | "DELETE" => self == Self::All,
            _ => false,
        }
    }
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
