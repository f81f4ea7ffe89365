//! The API's description (OpenAPI 3.1) and the page to read and try it by.

use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::app::App;
use crate::pages::{Frame, respond};
use crate::{Problem, Session};

static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(|| {
    let (_, routes) = super::routes().merge(super::open_routes()).split_for_parts();
    let (name, details) = super::refusals::details();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-sd-access")));
    let info = InfoBuilder::new().title("Stagedoor").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Private media: uploads, titles, who may see them. Errors are problem details (RFC 9457). Every POST takes \
             an Idempotency-Key: sent again with the same key, it is answered the same and carried out once.",
    ));
    let own = OpenApiBuilder::new()
        .info(info.build())
        .security(Some([
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("cookie", Vec::<String>::new()),
        ]))
        .components(Some(
            ComponentsBuilder::new()
                .schema(name, details)
                .security_scheme("bearer", bearer)
                .security_scheme("cookie", cookie)
                .build(),
        ));
    own.build().merge_from(routes)
});

/// `GET /api/openapi.json`.
pub async fn description() -> Json<&'static OpenApi> {
    Json(&DESCRIPTION)
}

/// An operation, for the page.
struct Operation {
    method: String,
    path: String,
    id: String,
    summary: String,
    tag: String,
    has_body: bool,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Documentation {
    frame: Frame,
    operations: Vec<Operation>,
}

/// `GET /api/docs`: every operation, and a form to send it.
pub async fn page(State(app): State<Arc<App>>, session: Session) -> Response {
    respond(&session, documentation(&app, &session))
}

fn documentation(_: &App, session: &Session) -> Result<Documentation, Problem> {
    let text = serde_json::to_value(&*DESCRIPTION).map_err(|e| Problem::internal(&e))?;
    let mut operations = Vec::new();
    for (path, methods) in text.get("paths").and_then(|paths| paths.as_object()).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let field = |name: &str| operation.get(name).and_then(|value| value.as_str()).unwrap_or_default();
            let tag = operation.pointer("/tags/0").and_then(|tag| tag.as_str()).unwrap_or_default();
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                id: field("operationId").to_owned(),
                summary: field("summary").to_owned(),
                tag: tag.to_owned(),
                has_body: operation.get("requestBody").is_some(),
            });
        }
    }
    operations.sort_by(|a, b| a.tag.cmp(&b.tag));
    Ok(Documentation { frame: Frame::new(session), operations })
}
