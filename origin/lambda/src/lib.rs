//! The web app on Lambda: what the environment says, made into an [`origin::Origin`].
//!
//! `origin-lambda` answers an API Gateway HTTP API (payload format 2.0), `sweep-lambda` takes away what is over, on a
//! schedule.

// These are the programs: clock and environment come in here.
#![allow(clippy::disallowed_methods)]

mod secret;
mod settings;

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_http_client::tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use edge_auth::config::EdgeConfig;
use origin::{Origin, OriginConfig, UserPool};
use provider::Provider;
use tracing_subscriber::EnvFilter;

pub use secret::{CALLS, PassKeys};
pub use settings::{Settings, SettingsError, Source};

/// Why the app cannot start. Each message names the variable or the file.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is not as it must be.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// EDGE.json cannot be read.
    #[error("{path}: {message}")]
    Edge {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// There is no TLS.
    #[error("TLS: {0}")]
    Tls(String),
    /// The catalog cannot be opened.
    #[error("STAGEDOOR_CATALOG: {0}")]
    Catalog(#[from] catalog::CatalogError),
}

/// The app, and the keys that its passes are made with.
pub struct Started {
    /// The app.
    pub origin: Origin,
    /// To be looked at before each request.
    pub keys: Arc<PassKeys>,
}

/// Makes the app as the environment says.
///
/// # Errors
/// What is wrong with the environment, all of it at once, or with what it names.
pub async fn start(settings: &Settings) -> Result<Started, StartError> {
    let wrong = |message: String| StartError::Edge { path: settings.edge.display().to_string(), message };
    let edge = std::fs::read(&settings.edge).map_err(|e| wrong(e.to_string()))?;
    let edge = EdgeConfig::from_slice(&edge)
        .map_err(|problems| wrong(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    let shared = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
    let objects = aws_sdk_s3::config::Builder::from(&shared).force_path_style(settings.path_style).build();
    let keys = Arc::new(PassKeys::new(settings.pass_keys.clone(), aws_sdk_ssm::Client::new(&shared)));
    let minting = Arc::clone(&keys);
    let user_pool = match (&settings.user_pool, &edge.sign_in) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(wrong("deployment.sign_in is missing, whose client STAGEDOOR_USER_POOL needs".into()));
        }
        (Some(pool_id), Some(client)) => Some(UserPool {
            sdk: aws_sdk_cognitoidentityprovider::Client::new(&shared),
            pool_id: pool_id.clone(),
            client_id: client.client_id.clone(),
            client_secret: client.client_secret.clone(),
            sign_up: settings.sign_up,
        }),
    };
    let limit = Duration::from_millis(edge.key_refresh.timeout_ms);
    let provider = Provider::new().map_err(|e| StartError::Tls(e.to_string()))?;
    let origin = Origin::new(OriginConfig {
        edge: Arc::new(edge),
        fetch_keys: Arc::new(provider.into_fetch(limit)),
        catalog: catalog::open(&settings.catalog).await?,
        objects: aws_sdk_s3::Client::from_conf(objects),
        raw_bucket: settings.raw_bucket.clone(),
        media_bucket: settings.media_bucket.clone(),
        objects_origin: settings.objects_origin.clone(),
        sign_out_origin: settings.sign_out_origin.clone(),
        pass_key: Arc::new(move || minting.current()),
        max_upload_bytes: settings.max_upload_bytes,
        default_quota: settings.default_quota,
        administrators: settings.administrators.clone(),
        token_api: settings.token_api,
        user_pool,
        clock: Arc::new(unix_millis),
        // The catalog's change feed tells the processors.
        uploaded: Arc::new(|_| ()),
    });
    Ok(Started { origin, keys })
}

/// Runs a Lambda function: log, environment, async runtime, then `serve`. 2 where the environment is wrong, 1 where serving
/// failed.
pub fn main<F>(serve: impl FnOnce(Started) -> F) -> ExitCode
where
    F: Future<Output = Result<(), lambda_runtime::Error>>,
{
    let filter = std::env::var("STAGEDOOR_LOG").ok().filter(|filter| !filter.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter.as_deref().unwrap_or("info")))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
    let settings = match Settings::from_lookup(|name| std::env::var(name).ok()) {
        Ok(settings) => settings,
        Err(problems) => return stopped(2, &problems),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return stopped(1, &e),
    };
    runtime.block_on(async {
        match start(&settings).await {
            Err(e) => stopped(2, &e),
            Ok(started) => match serve(started).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(e) => stopped(1, &e),
            },
        }
    })
}

fn stopped(code: u8, cause: &impl Display) -> ExitCode {
    for line in cause.to_string().lines() {
        tracing::error!("{line}");
    }
    ExitCode::from(code)
}

fn unix_millis() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
