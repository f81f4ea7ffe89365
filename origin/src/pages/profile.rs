//! `/profile`: what a person says of themselves, what they set, what they use.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::api::profile::Profile;
use crate::app::App;
use crate::pages::{Frame, respond};
use crate::{Problem, Session};

/// Speeds of playback that can be set.
const SPEEDS: [&str; 7] = ["0.5", "0.75", "1", "1.25", "1.5", "1.75", "2"];

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    frame: Frame,
    profile: Profile,
    speeds: Vec<Choice>,
    themes: Vec<Choice>,
    /// Whether what follows in a collection plays by itself.
    autoplay: bool,
    captions: bool,
}

/// One of several.
struct Choice {
    value: &'static str,
    text: &'static str,
    on: bool,
}

/// `GET /profile`.
pub async fn page(State(app): State<Arc<App>>, session: Session) -> Response {
    let page = profile(&app, &session).await;
    respond(&app, &session, page).await
}

async fn profile(app: &App, session: &Session) -> Result<ProfilePage, Problem> {
    let profile = app.profile(session).await?;
    let set = |name: &str| profile.preferences.get(name);
    let speed = set("speed").and_then(Value::as_f64).unwrap_or(1.0).to_string();
    let theme = set("theme").and_then(Value::as_str).unwrap_or("auto");
    let themes = [("auto", "As the system has it"), ("light", "Light"), ("dark", "Dark")];
    Ok(ProfilePage {
        frame: Frame::of(app, session).await,
        speeds: SPEEDS
            .into_iter()
            .map(|value| Choice { value, text: if value == "1" { "Normal" } else { value }, on: value == speed })
            .collect(),
        themes: themes.into_iter().map(|(value, text)| Choice { value, text, on: value == theme }).collect(),
        autoplay: set("autoplay").and_then(Value::as_bool).unwrap_or(true),
        captions: set("captions").and_then(Value::as_bool).unwrap_or(false),
        profile,
    })
}
