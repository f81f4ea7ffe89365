//! `/admin`: people, groups and failures, for administrators. The lists are made here; what is done to them goes through the API.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use catalog::{Media, Status};

use crate::access::Administrator;
use crate::api::people::{PersonView, people};
use crate::app::App;
use crate::identity::{Group, PoolError, UserPool};
use crate::pages::{Frame, respond};
use crate::view::{day, rfc3339, size};
use crate::{Problem, Session};

/// Failures on the page.
const MOST: usize = 200;

/// Where a page stands among the three.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    People,
    Groups,
    Failures,
}

#[derive(Template)]
#[template(path = "admin/people.html")]
struct PeoplePage {
    frame: Frame,
    tab: Tab,
    people: Vec<Row>,
    search: String,
    /// The next page's address.
    next: Option<String>,
    first: bool,
    groups: Vec<Group>,
}

/// A person of the list.
struct Row {
    person: PersonView,
    /// Their name, or what stands for it.
    name: String,
    /// The status in words; nothing where all is as it should be.
    state: Option<&'static str>,
    /// Whether another invitation makes sense.
    invited: bool,
    since: Option<String>,
    /// Their address in the API.
    path: String,
    own: bool,
    /// Every group of the pool, and whether they are in it.
    memberships: Vec<Membership>,
}

struct Membership {
    group: String,
    path: String,
    member: bool,
}

#[derive(Template)]
#[template(path = "admin/groups.html")]
struct GroupsPage {
    frame: Frame,
    tab: Tab,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "admin/failures.html")]
struct FailuresPage {
    frame: Frame,
    tab: Tab,
    failures: Vec<Failure>,
    total: usize,
}

/// A failed title, without what is its owner's alone.
struct Failure {
    id: String,
    owner: String,
    kind: &'static str,
    size: String,
    reason: String,
    at: String,
    day: String,
}

/// `GET /admin?search=&cursor=`.
pub async fn people_page(
    State(app): State<Arc<App>>,
    session: Session,
    administrator: Result<Administrator, Problem>,
    RawQuery(query): RawQuery,
) -> Response {
    let page = match administrator {
        Ok(_) => list_people(&app, &session, query.as_deref().unwrap_or_default()).await,
        Err(problem) => Err(problem),
    };
    respond(&app, &session, page).await
}

/// `GET /admin/groups`.
pub async fn groups_page(
    State(app): State<Arc<App>>,
    session: Session,
    administrator: Result<Administrator, Problem>,
) -> Response {
    let page = match (administrator, pool(&app)) {
        (Ok(_), Ok(pool)) => groups(pool).await,
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    let frame = Frame::of(&app, &session).await;
    respond(&app, &session, page.map(|groups| GroupsPage { frame, tab: Tab::Groups, groups })).await
}

/// `GET /admin/failures`.
pub async fn failures_page(
    State(app): State<Arc<App>>,
    session: Session,
    administrator: Result<Administrator, Problem>,
) -> Response {
    let page = match administrator {
        Ok(_) => list_failures(&app, &session).await,
        Err(problem) => Err(problem),
    };
    respond(&app, &session, page).await
}

async fn list_people(app: &App, session: &Session, query: &str) -> Result<PeoplePage, Problem> {
    let pool = pool(app)?;
    let parameter = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (search, cursor) = (parameter("search").trim().to_owned(), parameter("cursor"));
    let (found, groups) = tokio::join!(people(pool, Some(&search), Some(&cursor)), groups(pool));
    let (found, groups) = (found?, groups?);
    let next = found.next.map(|cursor| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !search.is_empty() {
            query.append_pair("search", &search);
        }
        format!("/admin?{}", query.append_pair("cursor", &cursor).finish())
    });
    let rows = found.items.into_iter().map(|person| row(person, &groups, session)).collect();
    let (frame, first) = (Frame::of(app, session).await, cursor.is_empty());
    Ok(PeoplePage { frame, tab: Tab::People, people: rows, search, next, first, groups })
}

fn row(person: PersonView, groups: &[Group], session: &Session) -> Row {
    let path = format!("/api/admin/people/{}", segment(&person.username));
    let membership = |group: &Group| Membership {
        path: format!("{path}/groups/{}", segment(&group.name)),
        member: person.groups.contains(&group.name),
        group: group.name.clone(),
    };
    let state = match (person.enabled, person.status.as_str()) {
        (false, _) => Some("Switched off"),
        (true, "FORCE_CHANGE_PASSWORD") => Some("Invited"),
        (true, "UNCONFIRMED") => Some("Not confirmed"),
        (true, "RESET_REQUIRED") => Some("Must choose a new password"),
        (true, _) => None,
    };
    Row {
        name: person.name.clone().or_else(|| person.email.clone()).unwrap_or_else(|| person.username.clone()),
        invited: person.status == "FORCE_CHANGE_PASSWORD",
        since: person.created_at.as_deref().and_then(crate::view::parse_moment).map(day),
        own: person.sub == session.owner(),
        memberships: groups.iter().map(membership).collect(),
        state,
        path,
        person,
    }
}

async fn list_failures(app: &App, session: &Session) -> Result<FailuresPage, Problem> {
    let mut failed = app.catalog.in_status(&[Status::Failed]).await?;
    failed.retain(|media| media.deleted_at.is_none());
    let total = failed.len();
    let failures = failed.into_iter().rev().take(MOST).map(failure).collect();
    Ok(FailuresPage { frame: Frame::of(app, session).await, tab: Tab::Failures, failures, total })
}

fn failure(media: Media) -> Failure {
    Failure {
        kind: match media.kind {
            catalog::Kind::Video => "Film",
            catalog::Kind::Image => "Photo",
            catalog::Kind::Unknown => "File",
        },
        size: size(media.source.bytes),
        reason: media.reason.unwrap_or_else(|| "This file could not be processed.".to_owned()),
        at: rfc3339(media.updated_at),
        day: day(media.updated_at),
        id: media.id.to_string(),
        owner: media.owner,
    }
}

fn pool(app: &App) -> Result<&UserPool, Problem> {
    app.pool.as_ref().ok_or_else(Problem::not_found)
}

async fn groups(pool: &UserPool) -> Result<Vec<Group>, Problem> {
    pool.groups().await.map_err(|error: PoolError| Problem::unavailable("identity_unavailable", &format!("{error:?}")))
}

/// A name as a segment of a path.
fn segment(name: &str) -> String {
    /// All that is not unreserved (RFC 3986); the edge refuses escapes of what is.
    const RESERVED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(name, RESERVED).to_string()
}
