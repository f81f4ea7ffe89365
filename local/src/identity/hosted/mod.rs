//! The pages that people see: `/oauth2/authorize` and `/login`, a page for choosing a password, and `/logout`.

mod cookies;
mod login;
mod logout;
mod pages;
mod request;
mod steps;

pub(super) use self::pages::page;
pub(super) use self::request::{AuthorizeRequest, SCOPES};

use super::Identity;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// Every page, and their style sheet.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route("/oauth2/authorize", get(login::authorize))
        .route("/login", get(login::show).post(login::submit))
        .route("/login/new-password", post(login::submit_new_password))
        .route("/login/code", post(steps::submit_code))
        .route("/login.css", get(pages::style))
        .route("/logout", get(logout::logout))
}
