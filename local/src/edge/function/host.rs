//! What a CloudFront Function finds around it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, FromJs, Object, TypedArray, Value};

use super::hashes;
use crate::edge::key_values::LONGEST_KEY;

/// A `KeyValueStore`. A function asks it while it runs, so it must not wait for long.
pub trait KeyValues: Send + Sync {
    /// The value of a key; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreFailure`] where nobody knows.
    fn get(&self, key: &str) -> Result<Option<String>, StoreFailure>;
}

/// The store gave no answer, which is not the answer "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key value store does not answer")]
pub struct StoreFailure;

/// What one run did to its surroundings.
#[derive(Debug, Default)]
pub struct Traces {
    pub log: RefCell<Vec<String>>,
    pub reads: Cell<usize>,
}

/// The object that `prelude.js` makes everything of.
pub fn host<'js>(
    ctx: &Ctx<'js>,
    now: u64,
    store: Arc<dyn KeyValues>,
    traces: &Rc<Traces>,
) -> rquickjs::Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    // Milliseconds, and whole: exact up to the year 287396.
    #[allow(clippy::cast_precision_loss)]
    host.set("now", now.saturating_mul(1000) as f64)?;
    let log = Rc::clone(traces);
    host.set("log", Func::from(move |line: String| log.log.borrow_mut().push(line)))?;
    let read = Rc::clone(traces);
    // undefined: there is none. A throw: nobody knows.
    host.set(
        "get",
        Func::from(move |ctx: Ctx<'js>, key: String| {
            read.reads.set(read.reads.get() + 1);
            if key.len() > LONGEST_KEY {
                return Err(Exception::throw_message(&ctx, "the key is too long"));
            }
            store.get(&key).map_err(|failure| Exception::throw_message(&ctx, &failure.to_string()))
        }),
    )?;
    host.set("digest", Func::from(digest))?;
    host.set("bytes", Func::from(String::into_bytes))?;
    host.set("text", Func::from(|bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned()))?;
    Ok(host)
}

// The engine hands over values.
#[allow(clippy::needless_pass_by_value)]
fn digest<'js>(
    ctx: Ctx<'js>,
    algorithm: String,
    key: Value<'js>,
    data: Vec<Value<'js>>,
) -> rquickjs::Result<TypedArray<'js, u8>> {
    let key = if key.is_undefined() { None } else { Some(bytes(&ctx, &key)?) };
    let mut whole = Vec::new();
    for part in &data {
        whole.extend(bytes(&ctx, part)?);
    }
    let digest = hashes::digest(&algorithm, key.as_deref(), &whole);
    TypedArray::new(ctx.clone(), digest.ok_or_else(|| Exception::throw_type(&ctx, "no such algorithm"))?)
}

/// A string's UTF-8, or bytes, which `prelude.js` hands over as an array.
fn bytes<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Vec<u8>> {
    match value.as_string() {
        Some(text) => Ok(text.to_string()?.into_bytes()),
        None => Vec::from_js(ctx, value.clone()),
    }
}
