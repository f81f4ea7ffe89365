//! Who is asking.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use catalog::Viewer;
use edge_auth::Reason;
use edge_auth::token::VerifiedSession;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::Problem;
use crate::app::App;

/// The one header that is read to learn who asks. The edge sets it and strips what a client sent under that name.
const TOKEN: &str = "x-stagedoor-token";

/// A person whose token verified in this process. There is no other way to come by one.
#[derive(Clone)]
pub struct Session {
    verified: Arc<VerifiedSession>,
    viewer: Arc<Viewer>,
}

impl Session {
    /// The person's `sub`: the owner of what they upload, and a path segment of its objects.
    pub fn owner(&self) -> &str {
        &self.viewer.sub
    }

    /// What the user pool calls the person.
    pub fn name(&self) -> &str {
        self.verified.username().unwrap_or(self.owner())
    }

    /// The person and their groups, as the catalog asks for them.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The token, for the one route that may show it.
    pub(crate) fn verified(&self) -> &VerifiedSession {
        &self.verified
    }

    /// Verifies the token of a request, at `now` in Unix seconds.
    async fn verify(headers: &HeaderMap, app: &App, now: u64) -> Result<Self, Problem> {
        let mut tokens = headers.get_all(TOKEN).iter();
        let (Some(token), None) = (tokens.next(), tokens.next()) else {
            return Err(Problem::unauthorized("no_token"));
        };
        let token = token.to_str().map_err(|_| Problem::unauthorized("token_malformed"))?;
        let verified = app.verifier.verify(token, now, &*app.fetch_keys).await.map_err(|reason| match reason {
            Reason::KeysUnavailable => Problem::unavailable(reason.as_str(), &"an issuer's keys cannot be fetched"),
            reason => Problem::unauthorized(reason.as_str()),
        })?;
        match verified.subject() {
            Some(subject) if is_path_segment(subject) => {
                let groups = verified.groups().into_iter().map(str::to_owned).collect();
                let viewer = Arc::new(Viewer { sub: subject.to_owned(), groups });
                Ok(Self { viewer, verified: Arc::new(verified) })
            }
            _ => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "subject_unusable",
                "The token's sub must be 1 to 128 characters of A-Z, a-z, 0-9, '.', '_', '~' and '-': it names the \
                 folder of this person's media.",
            )),
        }
    }
}

/// Lets nobody past without a session; handlers behind it extract [`Session`].
pub async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let now = u64::try_from(app.now() / 1000).unwrap_or(0);
    let session = Session::verify(request.headers(), &app, now).await?;
    request.extensions_mut().insert(session);
    Ok(next.run(request).await)
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::unauthorized("no_token"))
    }
}

/// Object keys are made of it and the edge compares it with a path segment: no `/`, no dot segment, nothing escaped.
fn is_path_segment(subject: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._~-".contains(&b);
    (1..=128).contains(&subject.len()) && subject.bytes().all(allowed) && subject != "." && subject != ".."
}

#[cfg(test)]
mod tests {
    use super::is_path_segment;

    #[test]
    fn a_subject_that_could_leave_its_folder_owns_nothing() {
        for good in ["6f1d9c9e-1f4b-4c7a-9b57-0d8f4f8d2c11", "a", "a.b_c~d-e"] {
            assert!(is_path_segment(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "../b", "a\\b", "a b", "a%2fb", "auth0|x", "é", &"x".repeat(129)] {
            assert!(!is_path_segment(bad), "{bad}");
        }
    }
}
