//! The API's description (OpenAPI 3.1) and the page to read and try it by.

use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, RefOr, Type};

use crate::app::App;
use crate::pages::{Frame, respond};
use crate::{Problem, Session};

static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(|| {
    let (_, routes) = super::routes().merge(super::open_routes()).split_for_parts();
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
                .schemas_from_iter(super::refusals::schemas())
                .responses_from_iter(super::refusals::responses())
                .security_scheme("bearer", bearer)
                .security_scheme("cookie", cookie)
                .build(),
        ));
    let mut description = own.build().merge_from(routes);
    for path in description.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            operation.parameters.iter_mut().flatten().for_each(describe_id);
        }
    }
    description
});

/// Ids in paths, as all of ours are.
fn describe_id(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && parameter.parameter_in == ParameterIn::Path
    {
        let id = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9-]{1,64}$"));
        parameter.schema = Some(id.build().into());
    }
}

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
    let page = documentation(&app, &session).await;
    respond(&app, &session, page).await
}

async fn documentation(app: &App, session: &Session) -> Result<Documentation, Problem> {
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
    Ok(Documentation { frame: Frame::of(app, session).await, operations })
}
