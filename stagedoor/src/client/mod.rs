//! A client of a site's JSON API, as `stagedoor upload` and the sample of `stagedoor up` use it.

mod api;
mod connect;
mod error;
mod http;
mod identity;
mod retry;

pub use api::Api;
pub use connect::ConnectTo;
pub use error::ClientError;
pub use http::{Body, Http, bytes};
pub use identity::{Credentials, Identity};
pub use retry::patiently;
