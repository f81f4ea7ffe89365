use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use aws_sdk_s3::Client;
use clap::Args;
use mp4_front::s3::{NotAnObject, ObjectUri};

use crate::failure::Failure;

/// Where a film is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    File(PathBuf),
    /// In S3.
    Object(ObjectUri),
}

impl FromStr for Place {
    type Err = NotAnObject;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("s3://") { text.parse().map(Self::Object) } else { Ok(Self::File(text.into())) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Object(uri) => uri.fmt(f),
        }
    }
}

/// How S3 is reached.
#[derive(Args)]
pub struct S3 {
    /// The region of the buckets
    #[arg(long, env = "AWS_REGION")]
    region: Option<String>,
    /// A store that speaks S3's language, in place of AWS
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

impl S3 {
    /// Keys come from the environment or the profile.
    pub async fn client(&self) -> Result<Client, Failure> {
        let endpoint = self.endpoint.as_deref();
        if let Some(endpoint) = endpoint
            && !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme))
        {
            return Err(Failure::Input(format!("--endpoint {endpoint}: expected http:// or https://")));
        }
        let region = match (&self.region, endpoint) {
            (Some(region), _) => region.clone(),
            // Who is no AWS has no regions, but signatures name one.
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => return Err(Failure::Input("--region: s3:// needs the region of its buckets".to_owned())),
        };
        Ok(crate::aws::client(region, endpoint).await)
    }
}
