use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use catalog::Media;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::Seen;
use crate::api::query::Query;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::view::url;
use crate::{Problem, Session};

/// Which file of a title.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// A rendition's name, or `original`; without it what one came to see.
    rendition: Option<String>,
    /// A collection that the title is in.
    #[allow(dead_code, reason = "read by the extractor that says who may see the title")]
    collection: Option<String>,
}

/// Leads to a file of a title: to the protected object, whose bytes never come through here.
#[utoipa::path(
    get, path = "/api/media/{id}/content", operation_id = "media_content", tag = "media",
    params(("id" = String, Path), ContentQuery),
    responses((status = 302, description = "Where the file is, for this person and for a while."), Refusals)
)]
pub async fn content(
    State(app): State<Arc<App>>,
    session: Session,
    Seen(media): Seen,
    Query(query): Query<ContentQuery>,
) -> Result<Found, Problem> {
    let own = media.owner == session.owner();
    let location = match query.rendition.as_deref() {
        Some("original") if own => original(&app, &media).await?,
        Some("original") => return Err(Problem::forbidden("not_owner", "Only its owner can have the original.")),
        name => {
            let rendition = name.map_or_else(|| media.content(), |name| media.rendition(name));
            let rendition = rendition.ok_or_else(Problem::not_found)?;
            if own {
                app.player_url(rendition)
            } else {
                format!("{}{}", app.lasting_pass(session.owner(), &media)?.path, url(rendition))
            }
        }
    };
    Ok(Found(location))
}

/// `302 Found`: axum's own redirects are other ones.
pub struct Found(pub String);

impl axum::response::IntoResponse for Found {
    fn into_response(self) -> axum::response::Response {
        let mut response = Redirect::to(&self.0).into_response();
        *response.status_mut() = http::StatusCode::FOUND;
        response
    }
}

async fn original(app: &App, media: &Media) -> Result<String, Problem> {
    if app.objects.head(&media.source.key).await?.is_none() {
        return Err(Problem::not_found());
    }
    app.objects.presign_download(&media.source.key, &media.title, app.now()).await
}
