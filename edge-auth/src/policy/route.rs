//! One route of a policy as data.

use serde::Serialize;

use super::{Captures, Pattern};

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

impl Route {
    /// What a pass of this route opens for a path: its prefix, its life in seconds, and what stands in the place of the route's
    /// last `*`, to be fetched behind the prefix. `None` where the route makes no passes.
    pub(crate) fn opened<'p>(&self, path: &'p str, captures: &Captures<'_>) -> Option<(String, u64, &'p str)> {
        let Action::Pass { prefix, ttl_seconds } = &self.action else { return None };
        let filled = prefix.split('/').map(|segment| {
            let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            name.and_then(|name| captures.raw(name)).unwrap_or(segment)
        });
        let prefix = filled.collect::<Vec<_>>().join("/");
        let slashes = self.path.source().matches('/').count();
        let rest = path.splitn(slashes + 1, '/').nth(slashes).unwrap_or_default();
        Some((prefix, *ttl_seconds, rest))
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The web app and its API.
    App,
    /// Static files of the app.
    Site,
    /// Renditions.
    Media,
}

/// What CloudFront may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// As an `Allow` header lists them (RFC 9110 §10.2.1).
    pub fn names(self) -> &'static str {
        match self {
            Self::Read => "GET, HEAD, OPTIONS",
            Self::All => "GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE",
        }
    }

    /// Whether the method, in upper case, exists here.
    pub fn allow(self, method: &str) -> bool {
        match method {
            "GET" | "HEAD" | "OPTIONS" => true,
            "PUT" | "PATCH" | "POST" | "DELETE" => self == Self::All,
            _ => false,
        }
    }
}
