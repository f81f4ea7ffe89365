//! What the three Lambda binaries share: read the environment, open what it names, serve events.

use std::fmt::Display;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing_subscriber::EnvFilter;

use crate::{ProcessError, Services, Settings, settings};

/// Serves events until the runtime ends; 2 where the environment is wrong, 1 where serving failed.
pub fn main<E, A>(handler: &impl AsyncFn(&Services, E) -> Result<A, ProcessError>) -> ExitCode
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
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(problems) => return stopped(2, &problems),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return stopped(1, &e),
    };
    runtime.block_on(async {
        let services = match Services::open(&settings).await {
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
