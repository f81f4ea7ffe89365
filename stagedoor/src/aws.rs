use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// A client for S3 with the keys of the environment or the profile, as other tools of AWS find them. `endpoint` goes before
/// the one that they name.
pub async fn client(region: String, endpoint: Option<&str>) -> Client {
    let http = match endpoint {
        // A client for TLS reads the machine's certificates before its first request, whether that needs them or not: 30 ms.
        Some(endpoint) if endpoint.starts_with("http://") => Builder::new().build_http(),
        _ => Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
    };
    let mut config = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region)).http_client(http);
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint);
    }
    let config = config.load().await;
    // Where an endpoint is named, it is no AWS: names of buckets are no names of hosts there.
    let path_style = config.endpoint_url().is_some();
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(path_style);
    Client::from_conf(config.build())
}
