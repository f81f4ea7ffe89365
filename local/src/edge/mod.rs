//! The local stand-in for a `CloudFront` distribution.
//!
//! A request goes the way it goes there: limits, first matching behaviour, viewer-request function, cache, origin. What
//! the function and the app see and may do is what they see and may do on AWS; a mistake that would be a 502 there is a
//! 502 here.

mod answer;
mod byte_range;
mod cache;
mod certificate;
mod conditional;
mod errors;
mod exchange;
mod function;
mod function_answer;
mod headers;
mod key_values;
mod limits;
mod object_response;
mod object_store;
mod origin_app;
mod origin_objects;
mod request_id;
mod server;
mod viewer_function;
mod viewer_request;

use std::sync::Arc;
use std::time::Duration;

use edge_auth::policy::Policy;

pub use cache::CacheStatistics;
pub use certificate::localhost_certificate;
pub use function::{
    CloudFrontFunction, FunctionAnswer, FunctionError, FunctionFailure, FunctionOutcome, KeyValues, StoreFailure,
    ViewerRequest,
};
pub use key_values::{KeyValueDirectory, KeyValueError, KeyValueWriter};
pub use viewer_function::ViewerFunction;

use origin_objects::ObjectOrigin;

/// What `distributionDomainName`, `via` and `cdn-loop` call this distribution.
const DISTRIBUTION_DOMAIN: &str = "local.cloudfront.net";

/// What an edge stands on.
pub struct EdgeConfig {
    /// Which behaviours there are, and where each leads.
    pub policy: Policy,
    /// Asked for every request, before the cache.
    pub function: Arc<dyn ViewerRequest>,
    /// Asked instead for routes with `gate: function`; without it they answer 503.
    pub viewer_function: Option<ViewerFunction>,
    /// The origin `app`, called in this process.
    pub app: axum::Router,
    /// The S3 that holds the two buckets.
    pub objects: aws_sdk_s3::Client,
    /// The bucket of the origin `media`.
    pub media_bucket: String,
    /// The bucket of the origin `site`.
    pub site_bucket: String,
    /// How long the function may take; on AWS 5 s.
    pub function_timeout: Duration,
    /// How many bytes of objects the cache may hold in memory.
    pub cache_bytes: usize,
}

/// A distribution. Share it; one edge can serve any number of listeners.
pub struct Edge {
    policy: Policy,
    function: Arc<dyn ViewerRequest>,
    viewer_function: Option<ViewerFunction>,
    function_timeout: Duration,
    app: axum::Router,
    objects: ObjectOrigin,
}

impl Edge {
    /// An edge with an empty cache; it does nothing until it is served.
    pub fn new(config: EdgeConfig) -> Arc<Self> {
        let objects = ObjectOrigin::new(config.objects, config.media_bucket, config.site_bucket, config.cache_bytes);
        Arc::new(Self {
            policy: config.policy,
            function: config.function,
            viewer_function: config.viewer_function,
            function_timeout: config.function_timeout,
            app: config.app,
            objects,
        })
    }

    /// What the cache has done so far and what it holds.
    pub fn cache_statistics(&self) -> CacheStatistics {
        self.objects.cache_statistics()
    }
}
