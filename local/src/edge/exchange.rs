//! One request's way through the edge: limits, behaviour, function, cache, origin.

use std::net::SocketAddr;
use std::time::Instant;

use axum::body::Body;
use bytes::Bytes;
use edge_auth::event;
use edge_auth::policy::{Action, Behaviour, Gate, Origin, Route, normalised};
use http::header::{CONTENT_SECURITY_POLICY, VIA, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;

use super::answer::{self, Answer, Forwarded};
use super::errors::EdgeError;
use super::headers::{X_AMZ_CF_ID, X_CACHE};
use super::request_id::RequestId;
use super::{DISTRIBUTION_DOMAIN, Edge, FunctionError, limits, origin_app, viewer_request};

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewer {
    /// Address and port.
    pub(super) address: SocketAddr,
    /// Whether it came by https.
    pub(super) tls: bool,
}

impl Edge {
    /// Answers one request; failures are answers too.
    pub(super) async fn exchange(&self, viewer: Viewer, request: Request<Incoming>) -> Response<Body> {
        let (started, id) = (Instant::now(), RequestId::random());
        let method = request.method().clone();
        let answered = self.answer(viewer, &id, request).await;
        let mut response = answered.unwrap_or_else(|error| error.response(&id));
        let headers = response.headers_mut();
        headers.insert(X_AMZ_CF_ID, id.header_value());
        if let Ok(via) = HeaderValue::from_str(&format!("1.1 {DISTRIBUTION_DOMAIN} (CloudFront)")) {
            headers.insert(VIA, via);
        }
        // No path: it may hold a pass, and the query a token.
        tracing::debug!(
            request_id = %id,
            %method,
            status = response.status().as_u16(),
            result = ?response.headers().get(X_CACHE),
            duration_ms = started.elapsed().as_millis(),
            "answered"
        );
        response
    }

    async fn answer(
        &self,
        viewer: Viewer,
        id: &RequestId,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, EdgeError> {
        let (parts, body) = request.into_parts();
        let target = limits::accept(&parts)?;
        // CloudFront chooses by the normalised path and sends the raw one on; see `behaviour`.
        let behaviour = self.policy.behaviour(&normalised(&target.path));
        let route = match behaviour {
            Behaviour::Route(_, route) => Some(route),
            Behaviour::Auth | Behaviour::None => None,
        };
        // What the behaviour refuses before any function runs.
        if route.is_some_and(|route| !route.methods.allow(parts.method.as_str())) {
            return Err(EdgeError::Forbidden);
        }
        let request = viewer_request::request(viewer.address.ip(), parts, target)?;
        let answer = match route.map(|route| route.gate) {
            Some(Gate::Function) => self.ask_viewer_function(id, &request).await,
            Some(Gate::Lambda) | None => self.ask(id, &request).await,
        };
        match answer? {
            Answer::Respond(response) => Ok(response),
            Answer::Forward(forwarded) => self.forward(viewer, id, route, forwarded, body).await,
        }
    }

    /// Without the function a route that is gated by it is closed: better no answer than an unchecked one.
    async fn ask_viewer_function(&self, id: &RequestId, request: &event::Request<'_>) -> Result<Answer, EdgeError> {
        match &self.viewer_function {
            Some(function) => function.ask(id, request).await,
            None => Err(EdgeError::ViewerFunctionFailed),
        }
    }

    /// Invokes the function within its time limit and checks what it says.
    async fn ask(&self, id: &RequestId, request: &event::Request<'_>) -> Result<Answer, EdgeError> {
        let event = viewer_request::event(id, request.clone()).map_err(|_| EdgeError::BadRequest)?;
        let json = self.invoke(event).await.map_err(|error| {
            tracing::error!(request_id = %id, %error, "viewer-request function");
            match error {
                FunctionError::TooLarge => EdgeError::FunctionInvalid,
                FunctionError::Timeout | FunctionError::Failed => EdgeError::FunctionFailed,
            }
        })?;
        answer::check(request, &json).map_err(|error| {
            tracing::error!(request_id = %id, %error, "viewer-request function gave an invalid answer");
            EdgeError::FunctionInvalid
        })
    }

    async fn invoke(&self, event: Bytes) -> Result<Bytes, FunctionError> {
        let answered = tokio::time::timeout(self.function_timeout, self.function.handle(event)).await;
        answered.unwrap_or(Err(FunctionError::Timeout))
    }

    /// Behaviour and origin stay those of the path that the viewer sent, whatever the function made of it.
    async fn forward(
        &self,
        viewer: Viewer,
        id: &RequestId,
        route: Option<&Route>,
        forwarded: Forwarded,
        body: Incoming,
    ) -> Result<Response<Body>, EdgeError> {
        // `/_auth/*`, a path without a route, and a route that ends in a pass have no origin: only the function can
        // answer there.
        let Some(Action::Origin { origin, cache }) = route.map(|route| &route.action) else {
            return Err(EdgeError::NotFound);
        };
        if *origin == Origin::App {
            return origin_app::answer(&self.app, &viewer, id, forwarded, body).await;
        }
        let answered = self.objects.answer(*origin, *cache, &forwarded).await;
        let mut response = answered.unwrap_or_else(|error| error.response(id));
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if *origin == Origin::Media {
            let policy = HeaderValue::from_static("sandbox; default-src 'none'");
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    }
}
