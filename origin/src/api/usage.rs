//! `/api/usage`: what a person stores and plays.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Amount, Month};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::Query;
use super::refusals::Refusals;
use crate::access::Administrator;
use crate::app::App;
use crate::{Problem, Session};

/// Whose usage.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// Another person's `sub`, for administrators.
    person: Option<String>,
}

/// What a person uses.
#[derive(Serialize, ToSchema)]
pub struct UsageView {
    /// What is stored now.
    stored: Amount,
    /// What may be stored; `null`: any amount.
    quota: Option<Amount>,
    /// Month by month, oldest first.
    months: Vec<MonthView>,
}

/// What was used in a month.
#[derive(Serialize, ToSchema)]
pub struct MonthView {
    month: Month,
    /// Bytes stored at its end, or now.
    bytes: u64,
    /// Minutes stored at its end, or now.
    minutes: u64,
    /// Uploads completed in it.
    uploads: u64,
    /// Plays begun in it.
    plays: u64,
}

/// What the caller uses, or (for administrators) another person.
#[utoipa::path(
    get, path = "/api/usage", operation_id = "get_usage", tag = "usage", params(UsageQuery),
    responses((status = 200, body = UsageView), Refusals)
)]
pub async fn usage(
    State(app): State<Arc<App>>,
    session: Session,
    administrator: Result<Administrator, Problem>,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UsageView>, Problem> {
    let person = match query.person.as_deref() {
        Some(person) if person != session.owner() => {
            administrator?;
            person
        }
        _ => session.owner(),
    };
    let months = app.catalog.usage_of(person).await?.into_iter().map(|usage| MonthView {
        month: usage.month,
        bytes: usage.stored.bytes,
        minutes: usage.stored.minutes,
        uploads: usage.uploads,
        plays: usage.plays,
    });
    let months = months.collect();
    Ok(Json(UsageView { stored: app.catalog.stored(person).await?, quota: app.quota(person).await?, months }))
}
