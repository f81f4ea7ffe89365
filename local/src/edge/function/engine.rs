//! Running a CloudFront Function: QuickJS within the limits of runtime 2.0.
//!
//! Every run has an engine of its own, as nothing outlives a run at CloudFront either. QuickJS knows more of the language than
//! cloudfront-js-2.0, so that a text runs here says nothing of whether it would there; njs in the tests comes nearer.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::loader::{BuiltinLoader, BuiltinResolver};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Promise, Runtime};
use serde_json::Value;

use super::answer::{FunctionAnswer, FunctionOutcome};
use super::failure::FunctionFailure;
use super::host::{KeyValues, StoreFailure, Traces, host};

/// CloudFront's limit.
const MEMORY_BYTES: usize = 2 * 1024 * 1024;
/// How often the engine may ask whether to go on; it does so every 10,000 jumps and calls. CloudFront counts time, about 1 ms.
const INTERRUPTS: usize = 100;
/// CloudFront's limit on the text.
const TEXT_BYTES: usize = 10 * 1024;

/// A function that loads. It can be shared, and runs on whatever thread calls it: from async code use `spawn_blocking`.
#[derive(Debug, Clone)]
pub struct CloudFrontFunction {
    text: String,
}

impl CloudFrontFunction {
    /// Takes a function's text, as `stagedoor policy function` writes it.
    ///
    /// # Errors
    /// [`FunctionFailure::Load`] where it is too long, does not parse, throws on loading, or has no `handler`.
    pub fn load(text: &str) -> Result<Self, FunctionFailure> {
        if text.len() > TEXT_BYTES {
            return Err(FunctionFailure::Load(format!("{} bytes, more than {TEXT_BYTES}", text.len())));
        }
        // CloudFront finds the handler by its name.
        let function = Self { text: format!("{text}\nexport {{ handler }};\n") };
        function.run(0, Arc::new(Nothing), |_, _| Ok(()))?;
        Ok(function)
    }

    /// Runs it over one event (`{version, context, viewer, request}`) at a moment, Unix seconds.
    ///
    /// # Errors
    /// See [`FunctionFailure`].
    pub fn handle(
        &self,
        event: &Value,
        now: u64,
        store: Arc<dyn KeyValues>,
    ) -> Result<FunctionOutcome, FunctionFailure> {
        let (answer, traces) = self.run(now, store, |ctx, handler| {
            let event = ctx.json_parse(event.to_string())?;
            let promise: Promise<'_> = handler.call((event,))?;
            let answer = promise.finish::<rquickjs::Value<'_>>()?;
            let text = ctx.json_stringify(answer)?;
            text.map(|text| text.to_string()).transpose()
        })?;
        let answer = answer.and_then(|text| serde_json::from_str(&text).ok()).ok_or(FunctionFailure::Answer)?;
        let answer = FunctionAnswer::read(answer)?;
        Ok(FunctionOutcome { answer, log: traces.log.take(), reads: traces.reads.get() })
    }

    /// Starts an engine, loads the function, and does something with its handler.
    fn run<T>(
        &self,
        now: u64,
        store: Arc<dyn KeyValues>,
        work: impl for<'js> FnOnce(&Ctx<'js>, Function<'js>) -> rquickjs::Result<T>,
    ) -> Result<(T, Rc<Traces>), FunctionFailure> {
        let engine = |e: rquickjs::Error| FunctionFailure::Engine(e.to_string());
        let runtime = Runtime::new().map_err(engine)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        let left = Rc::new(Cell::new(INTERRUPTS));
        let counter = Rc::clone(&left);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            counter.set(counter.get().saturating_sub(1));
            counter.get() == 0
        })));
        runtime.set_loader(
            BuiltinResolver::default().with_module("cloudfront"),
            BuiltinLoader::default().with_module("cloudfront", include_str!("prelude.js")),
        );
        let context = Context::full(&runtime).map_err(engine)?;
        let traces = Rc::new(Traces::default());
        context
            .with(|ctx| {
                let prepared = host(&ctx, now, store, &traces).and_then(|host| ctx.globals().set("host", host));
                prepared.map_err(engine)?;
                let failure = |wrap: fn(String) -> FunctionFailure, error: CaughtError<'_>| {
                    if left.get() == 0 { FunctionFailure::TooLong } else { wrap(said(&error)) }
                };
                let handler = handler(&ctx, &self.text).catch(&ctx).map_err(|e| failure(FunctionFailure::Load, e))?;
                work(&ctx, handler).catch(&ctx).map_err(|e| match e {
                    // The promise waits for something that never comes.
                    CaughtError::Error(rquickjs::Error::WouldBlock) if left.get() > 0 => FunctionFailure::Answer,
                    other => failure(FunctionFailure::Threw, other),
                })
            })
            .map(|done| (done, traces))
    }
}

fn handler<'js>(ctx: &Ctx<'js>, text: &str) -> rquickjs::Result<Function<'js>> {
    let (module, evaluated) = Module::declare(ctx.clone(), "function", text)?.eval()?;
    evaluated.finish::<()>()?;
    let namespace: Object<'js> = module.namespace()?;
    namespace.get("handler")
}

/// Only the message: a stack would be of the minified text.
fn said(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => exception.message().unwrap_or_default(),
        CaughtError::Value(value) => {
            // With no memory left QuickJS throws null.
            value.as_string().and_then(|s| s.to_string().ok()).unwrap_or_else(|| value.type_name().to_owned())
        }
        CaughtError::Error(error) => error.to_string(),
    }
}

/// The store while a function is only loaded.
struct Nothing;

impl KeyValues for Nothing {
    fn get(&self, _: &str) -> Result<Option<String>, StoreFailure> {
        Err(StoreFailure)
    }
}
