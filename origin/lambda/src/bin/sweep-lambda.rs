//! Takes away what is over, whatever event calls it: a schedule's, as a rule.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use origin_lambda::Started;
use serde_json::{Value, json};

fn main() -> std::process::ExitCode {
    origin_lambda::main(|Started { origin, .. }| async move {
        let origin = Arc::new(origin);
        let sweep = service_fn(move |_: LambdaEvent<Value>| {
            let origin = Arc::clone(&origin);
            async move {
                let swept = origin.sweep().await.map_err(|problem| Error::from(problem.reason))?;
                tracing::info!(?swept, "swept");
                Ok::<_, Error>(json!({"uploads": swept.uploads, "titles": swept.titles, "answers": swept.answers}))
            }
        });
        lambda_runtime::run(sweep).await
    })
}
