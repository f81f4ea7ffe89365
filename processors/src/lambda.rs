//! What the Lambda binaries share: read the environment, open what it names, serve events.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing_subscriber::EnvFilter;

use crate::{ProcessError, Services, Settings, notify, settings};

/// Serves a processor's events until the runtime ends; 2 where the environment is wrong, 1 where serving failed.
pub fn main<E, A>(handler: &impl AsyncFn(&Services, E) -> Result<A, ProcessError>) -> ExitCode
where
    E: DeserializeOwned,
    A: Serialize,
{
    if let Some(rendered) = crate::child() {
        return rendered;
    }
    serve(async || Ok(Services::open(&Settings::from_environment()?).await?), handler)
}

/// The same for the notify function, which needs no buckets and decodes nothing.
pub fn notify_main() -> ExitCode {
    serve(async || Ok(notify::Services::open(&notify::Settings::from_environment()?).await?), &notify::notify)
}

fn serve<S, E, A>(
    open: impl AsyncFnOnce() -> Result<S, Box<dyn Error>>,
    handler: &impl AsyncFn(&S, E) -> Result<A, ProcessError>,
) -> ExitCode
where
    E: DeserializeOwned,
    A: Serialize,
{
    // Lambda stamps each line itself; so does whoever runs this locally.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(settings::log_filter()))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return stopped(1, &e),
    };
    runtime.block_on(async {
        let services = match open().await {
            Ok(services) => services,
            Err(e) => return stopped(2, &e),
        };
        let services = &services;
        let served = lambda_runtime::run(service_fn(|event: LambdaEvent<E>| async move {
            handler(services, event.payload).await.map_err(|e| {
                tracing::error!(error = %e, "the event will be delivered again");
                lambda_runtime::Error::from(e)
            })
        }));
        match served.await {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => stopped(1, &e),
        }
    })
}

fn stopped(code: u8, cause: &impl Display) -> ExitCode {
    for line in cause.to_string().lines() {
        tracing::error!("{line}");
    }
    ExitCode::from(code)
}
