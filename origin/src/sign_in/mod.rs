//! Sign-in pages of our own, for policies whose `sign_in.mode` is `page`. They hold no token and no script: a form brings name and
//! password here, SRP takes them no further, and what comes of it is the session's cookies, the same that the edge sets.

mod fields;
mod guard;
mod login;
mod page;
mod qr;
mod question;
mod recovery;
mod security;
mod sign_up;
mod step;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use edge_auth::policy::SignInMode;

use crate::app::App;
use crate::identity::UserPool;

/// A form is a name, two passwords and a path. Bytes.
const MAX_FORM: usize = 16 * 1024;

/// The pages for anybody; none where the policy has people sign in elsewhere.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let Some(pool) = pages_of(app) else { return Router::new() };
    let routes = Router::new()
        .route("/login", get(login::show).post(login::submit))
        .route("/login/next", get(question::show).post(question::submit))
        .route("/login/forgot", get(recovery::show_forgot).post(recovery::forgot))
        .route("/login/reset", get(recovery::show_reset).post(recovery::reset))
        .route("/login/confirm", get(sign_up::show_confirm).post(sign_up::confirm))
        .route("/login/resend", post(sign_up::resend));
    let sign_up = get(sign_up::show).post(sign_up::submit);
    let routes = if pool.sign_up { routes.route("/login/sign-up", sign_up) } else { routes };
    guarded(app, routes)
}

/// The pages of a signed-in person.
pub fn security_routes(app: &Arc<App>) -> Router<Arc<App>> {
    if !has_pages(app) {
        return Router::new();
    }
    let routes = Router::new()
        .route("/security", get(security::show))
        .route("/security/password", post(security::change_password))
        .route("/security/email", post(security::send_code))
        .route("/security/email/verify", post(security::verify_email))
        .route("/security/app", get(security::show_app).post(security::begin_app))
        .route("/security/app/prove", post(security::prove_app))
        .route("/security/app/off", post(security::app_off));
    guarded(app, routes)
}

/// Whether people sign in here.
pub fn has_pages(app: &App) -> bool {
    pages_of(app).is_some()
}

fn pages_of(app: &App) -> Option<&UserPool> {
    app.pool.as_ref().filter(|_| app.verifier.config().policy.sign_in.mode == SignInMode::Page)
}

fn guarded(app: &Arc<App>, routes: Router<Arc<App>>) -> Router<Arc<App>> {
    routes.layer(from_fn_with_state(Arc::clone(app), guard::own_pages_only)).layer(DefaultBodyLimit::max(MAX_FORM))
}
