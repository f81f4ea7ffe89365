//! `/api/licences`: who may store how much.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use catalog::{Amount, Licence, NewLicence};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::collections::PageQuery;
use super::query::Query;
use super::refusals::Refusals;
use super::text::{line, random};
use crate::access::{Administrator, path_id};
use crate::app::App;
use crate::view::{parse_moment, rfc3339};
use crate::{Problem, Session};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, issue))
        .routes(routes!(redeem))
        .routes(routes!(revoke))
        .routes(routes!(assign))
        .routes(routes!(release))
}

/// A licence.
#[derive(Serialize, ToSchema)]
#[schema(as = Licence)]
pub struct LicenceView {
    /// What a person types in.
    key: String,
    /// The plan's name.
    plan: String,
    /// How much may be stored with it.
    quota: Amount,
    /// From when on it is none: RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The `sub` of who has it.
    person: Option<String>,
    /// Whether it was taken back.
    revoked: bool,
    /// Whether it counts now.
    valid: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A page of licences.
#[derive(Serialize, ToSchema)]
pub struct LicenceList {
    /// Newest first.
    items: Vec<LicenceView>,
    /// The cursor for what follows; `null` at the end.
    next: Option<String>,
}

/// A licence to be issued.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLicence {
    /// The plan's name.
    plan: String,
    /// How much may be stored with it.
    quota: QuotaFields,
    /// From when on it is none: RFC 3339.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The `sub` of who gets it at once.
    person: Option<String>,
}

/// So much.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaFields {
    /// Bytes of originals.
    bytes: u64,
    /// Minutes of film.
    minutes: u64,
}

/// A person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPerson {
    /// Their `sub`.
    person: String,
}

/// A licence's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemLicence {
    /// As it was given.
    key: String,
}

/// The licence that a path names, for administrators.
pub struct Named(Licence);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Administrator::from_request_parts(parts, app).await?;
        let licence = app.catalog.licence(&path_id(parts, app).await?).await?;
        licence.map(Self).ok_or_else(Problem::not_found)
    }
}

/// Every licence, newest first, for administrators; for others, theirs.
#[utoipa::path(
    get, path = "/api/licences", operation_id = "list_licences", tag = "licences", params(PageQuery),
    responses((status = 200, body = LicenceList), Refusals)
)]
pub async fn list(
    State(app): State<Arc<App>>,
    session: Session,
    Query(query): Query<PageQuery>,
) -> Result<Json<LicenceList>, Problem> {
    let limit = query.limit()?;
    if !app.is_administrator(&session) {
        let own = app.catalog.licences_of(session.owner()).await?;
        return Ok(Json(LicenceList { items: own.into_iter().map(|l| view(&app, l)).collect(), next: None }));
    }
    let page = app.catalog.licences(query.cursor(), limit).await?;
    Ok(Json(LicenceList { items: page.items.into_iter().map(|l| view(&app, l)).collect(), next: page.next }))
}

/// Issues a licence.
#[utoipa::path(
    post, path = "/api/licences", operation_id = "issue_licence", tag = "licences", request_body = IssueLicence,
    responses((status = 201, body = LicenceView), Refusals)
)]
pub async fn issue(
    State(app): State<Arc<App>>,
    Administrator(session): Administrator,
    Body(new): Body<IssueLicence>,
) -> Result<(StatusCode, Json<LicenceView>), Problem> {
    let expires_at = new.expires_at.as_deref().map(|text| {
        parse_moment(text).ok_or_else(|| {
            let detail = "expires_at must be a moment such as 2027-01-31T12:00:00Z.";
            Problem::invalid("expires_at", "not_a_moment", detail)
        })
    });
    let licence = NewLicence {
        key: new_key()?,
        plan: line("plan", &new.plan)?.to_owned(),
        quota: Amount { bytes: new.quota.bytes, minutes: new.quota.minutes },
        expires_at: expires_at.transpose()?,
        issued_by: session.owner().to_owned(),
    };
    licence.check()?;
    app.catalog.issue_licence(&licence, app.now()).await?;
    if let Some(person) = &new.person {
        assigned(&app, &licence.key, person).await?;
    }
    Ok((StatusCode::CREATED, read(&app, &licence.key).await?))
}

/// Takes a licence that nobody has for oneself.
#[utoipa::path(
    post, path = "/api/licences/redeem", operation_id = "redeem_licence", tag = "licences", request_body = RedeemLicence,
    responses((status = 200, body = LicenceView), Refusals)
)]
pub async fn redeem(
    State(app): State<Arc<App>>,
    session: Session,
    Body(RedeemLicence { key }): Body<RedeemLicence>,
) -> Result<Json<LicenceView>, Problem> {
    let key = key.trim().to_ascii_uppercase();
    // One that somebody has is as absent as one that never was: a key says nothing about others.
    if !app.catalog.assign_licence(&key, session.owner(), app.now()).await? {
        let own = app.catalog.licence(&key).await?.is_some_and(|l| l.person.as_deref() == Some(session.owner()));
        if !own {
            return Err(Problem::invalid("key", "licence_unknown", "This is no licence key that can be used."));
        }
    }
    read(&app, &key).await
}

/// Assigns a licence that nobody has.
#[utoipa::path(
    post, path = "/api/licences/{id}/assign", operation_id = "assign_licence", tag = "licences",
    params(("id" = String, Path, description = "The key")), request_body = NamedPerson,
    responses((status = 200, body = LicenceView), Refusals)
)]
pub async fn assign(
    State(app): State<Arc<App>>,
    Named(licence): Named,
    Body(NamedPerson { person }): Body<NamedPerson>,
) -> Result<Json<LicenceView>, Problem> {
    assigned(&app, &licence.key, &person).await?;
    read(&app, &licence.key).await
}

/// Takes a licence from who has it, for somebody else.
#[utoipa::path(
    post, path = "/api/licences/{id}/release", operation_id = "release_licence", tag = "licences",
    params(("id" = String, Path, description = "The key")), responses((status = 200, body = LicenceView), Refusals)
)]
pub async fn release(State(app): State<Arc<App>>, Named(licence): Named) -> Result<Json<LicenceView>, Problem> {
    if let Some(person) = &licence.person {
        app.catalog.release_licence(&licence.key, person, app.now()).await?;
    }
    read(&app, &licence.key).await
}

/// Ends a licence for good.
#[utoipa::path(
    delete, path = "/api/licences/{id}", operation_id = "revoke_licence", tag = "licences",
    params(("id" = String, Path, description = "The key")),
    responses((status = 204, description = "It counts no more."), Refusals)
)]
pub async fn revoke(State(app): State<Arc<App>>, Named(licence): Named) -> Result<StatusCode, Problem> {
    app.catalog.revoke_licence(&licence.key, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn assigned(app: &App, key: &str, person: &str) -> Result<(), Problem> {
    if person.is_empty() || person.len() > catalog::limits::NAME {
        return Err(Problem::invalid("person", "out_of_range", "person must be the sub of a person."));
    }
    if app.catalog.assign_licence(key, person, app.now()).await? {
        return Ok(());
    }
    Err(Problem::conflict("not_free", "Somebody has this licence, or it has expired or was revoked."))
}

async fn read(app: &App, key: &str) -> Result<Json<LicenceView>, Problem> {
    let licence = app.catalog.licence(key).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(view(app, licence)))
}

fn view(app: &App, licence: Licence) -> LicenceView {
    LicenceView {
        valid: licence.valid(app.now()),
        expires_at: licence.expires_at.map(rfc3339),
        revoked: licence.revoked_at.is_some(),
        created_at: rfc3339(licence.created_at),
        key: licence.key,
        plan: licence.plan,
        quota: licence.quota,
        person: licence.person,
    }
}

/// `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`: 125 bits in letters and digits that nobody mistakes for each other (Crockford's base 32).
fn new_key() -> Result<String, Problem> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).map_or('0', |letter| char::from(*letter));
    let letters: Vec<char> = random::<25>()?.into_iter().map(letter).collect();
    Ok(letters.chunks(5).map(|five| five.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}
