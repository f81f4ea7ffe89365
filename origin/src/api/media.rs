//! `/api/media`: what the caller has.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::app::{App, PAGE};
use crate::{MediaView, Problem, Session};

/// The most titles in one answer.
const MAX_LIMIT: usize = 100;

/// Where a list begins and how long it is.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    /// A former answer's `next`.
    cursor: Option<String>,
    limit: Option<String>,
}

impl ListQuery {
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|c| !c.is_empty())
    }

    fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = &self.limit else { return Ok(PAGE) };
        let limit = text.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n));
        limit.ok_or_else(|| {
            Problem::invalid("limit", "out_of_range", format!("limit must be a whole number from 1 to {MAX_LIMIT}."))
        })
    }
}

/// Answer of [`list`].
#[derive(Serialize)]
pub struct List {
    /// Newest first.
    items: Vec<MediaView>,
    /// The cursor for what follows; `null` at the end.
    next: Option<String>,
}

/// `GET /api/media?cursor=&limit=`: the caller's titles, newest first.
pub async fn list(
    State(app): State<Arc<App>>,
    session: Session,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<List>, Problem> {
    let query = list_query(query)?;
    let page = app.own_list(&session, query.cursor(), query.limit()?).await?;
    Ok(Json(List { items: page.items.iter().map(MediaView::from).collect(), next: page.next }))
}

/// `GET /api/media/{id}`: one of them.
pub async fn one(
    State(app): State<Arc<App>>,
    session: Session,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<MediaView>, Problem> {
    Ok(Json(MediaView::from(&app.own_media(&session, id).await?)))
}

/// A query string that can be read, or a refusal.
pub fn list_query(query: Result<Query<ListQuery>, QueryRejection>) -> Result<ListQuery, Problem> {
    query.map(|Query(query)| query).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "query_unreadable", "cursor and limit may be given at most once each.")
    })
}
