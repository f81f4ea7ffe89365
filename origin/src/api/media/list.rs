use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Filter, Page, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::query::{Query, choice, limit};
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::{MediaView, Problem, Session};

/// Which titles, from where on, how many.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Whose: all that the caller may see (the default), their own, or their own deleted ones.
    #[param(value_type = Option<Whose>)]
    pub scope: Option<String>,
    /// Only of this kind.
    #[param(value_type = Option<catalog::Kind>)]
    pub kind: Option<String>,
    /// Only in this state.
    #[param(value_type = Option<catalog::Status>)]
    pub status: Option<String>,
    /// Only those with this in their title, whatever the case.
    pub search: Option<String>,
    /// A former answer's `next`.
    pub cursor: Option<String>,
    /// How many at most.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
}

/// Whose titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// All that the caller may see.
    Visible,
    /// The caller's own.
    Own,
    /// The caller's own that are deleted and can be restored.
    Deleted,
}

/// A page of titles.
#[derive(Serialize, ToSchema)]
pub struct MediaList {
    /// Newest first. A page of a search may be shorter than `limit`, or empty, and yet have a `next`.
    items: Vec<MediaView>,
    /// The cursor for what follows; `null` at the end.
    next: Option<String>,
}

/// Titles, newest first.
#[utoipa::path(
    get, path = "/api/media", operation_id = "list_media", tag = "media", params(ListQuery),
    responses((status = 200, body = MediaList), Refusals)
)]
pub async fn list(
    State(app): State<Arc<App>>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Json<MediaList>, Problem> {
    let page = query.page(&app, &session).await?;
    Ok(Json(MediaList { items: app.views(&session, &page.items)?, next: page.next }))
}

impl ListQuery {
    /// The page that is asked for.
    pub async fn page(&self, app: &App, session: &Session) -> Result<Page, Problem> {
        let own = || session.owner().to_owned();
        let scope = match choice("scope", self.scope.as_deref())?.unwrap_or(Whose::Visible) {
            Whose::Visible => Scope::Visible(session.viewer().clone()),
            Whose::Own => Scope::Owned(own()),
            Whose::Deleted => Scope::Deleted(own()),
        };
        let filter = Filter {
            kind: choice("kind", self.kind.as_deref())?,
            status: choice("status", self.status.as_deref())?,
            search: self.search.clone().filter(|text| !text.trim().is_empty()).map(|text| text.trim().to_owned()),
        };
        let cursor = self.cursor.as_deref().filter(|cursor| !cursor.is_empty());
        Ok(app.catalog.browse(&scope, &filter, cursor, limit(self.limit.as_deref())?).await?)
    }
}
