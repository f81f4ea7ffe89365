//! What the command is told: by flags, the environment, or `.env`, in this order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::bucket::Bucket;
use super::destination::Destination;
use crate::client::{Api, ConnectTo, Credentials, Http, Identity};
use crate::failure::Failure;

/// Send photos and films, or folders of them, to a site.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    stagedoor upload --url https://media.example.com film.mp4 photos/\n  \
    stagedoor upload --watch --suffix mp4,mov ~/Camera\n  \
    stagedoor upload --bucket my-raw --region eu-central-1 --prefix OWNER/2024 film.mp4\n\n\
    Settings are also read from the environment and from .env in this directory. What is interrupted goes on when the\n\
    same command is given again. One line of JSON on stdout for each file: path, status (uploaded, there, failed), id, \
    bytes.")]
pub struct Arguments {
    /// Files, or folders to be searched for files
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A folder that is taken where no PATH is given
    #[arg(long, env = "STAGEDOOR_FOLDER", value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The site, such as <https://media.example.com>
    #[arg(long, env = "STAGEDOOR_URL", value_name = "URL")]
    pub url: Option<String>,
    /// An access token; rather in the environment than here, where everybody on this machine can read it
    #[arg(long, env = "STAGEDOOR_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// The user pool, such as <https://cognito-idp.eu-central-1.amazonaws.com>, for signing in with a password
    #[arg(long, env = "STAGEDOOR_IDENTITY_URL", value_name = "URL")]
    pub identity_url: Option<String>,
    /// The pool's client that allows passwords
    #[arg(long, env = "STAGEDOOR_CLIENT_ID", value_name = "ID")]
    pub client_id: Option<String>,
    /// Who signs in
    #[arg(long, env = "STAGEDOOR_USER", value_name = "NAME")]
    pub user: Option<String>,
    /// The password; rather in the environment than here
    #[arg(long, env = "STAGEDOOR_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Put the files straight into this raw bucket, with the AWS account's keys
    #[arg(long, env = "STAGEDOOR_BUCKET", value_name = "NAME", conflicts_with = "url")]
    pub bucket: Option<String>,
    /// The bucket's region
    #[arg(long, env = "STAGEDOOR_REGION", value_name = "REGION")]
    pub region: Option<String>,
    /// Where in the bucket: OWNER or OWNER/folder, the owner being a person's sub
    #[arg(long, env = "STAGEDOOR_PREFIX", value_name = "OWNER[/FOLDER]")]
    pub prefix: Option<String>,
    /// What the title is called; for a single file
    #[arg(long)]
    pub title: Option<String>,
    /// What is said of each file
    #[arg(long)]
    pub comment: Option<String>,
    /// Which files of a folder are taken
    #[arg(
        long,
        env = "STAGEDOOR_SUFFIX",
        value_name = "SUFFIX,…",
        value_delimiter = ',',
        default_value = "mp4,mov,m4v,webm,mkv,jpg,jpeg,png,webp,gif,tif,tiff,bmp"
    )]
    pub suffix: Vec<String>,
    /// Stay, and send what is added to the folders
    #[arg(long)]
    pub watch: bool,
    /// Move a film's index to its front, leave out what it says beside the film, and take a poster from it here, before it is sent
    #[arg(long)]
    pub prepare: bool,
    /// About where in the film the poster is taken, in seconds
    #[arg(long, env = "STAGEDOOR_POSTER_TIME", value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub poster_time: f64,
    /// Requests that send bytes at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub parallel: u8,
    /// Certificates to trust beside the public ones, in PEM
    #[arg(long, env = "STAGEDOOR_CERTIFICATE", value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Connect to another place than the one that is named, as curl does
    #[arg(long, value_name = "HOST:PORT:HOST:PORT", hide_short_help = true)]
    pub connect_to: Vec<ConnectTo>,
    /// Where this machine's memory of uploads is kept
    #[arg(long, env = "XDG_STATE_HOME", value_name = "DIR", hide = true)]
    pub state_home: Option<PathBuf>,
    #[arg(long, env = "HOME", value_name = "DIR", hide = true)]
    pub home: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| (0.0..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "expected 0 to 86400".to_owned())
}

impl Arguments {
    /// What is to be sent.
    pub fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        let paths = if self.paths.is_empty() { self.folder.clone().into_iter().collect() } else { self.paths.clone() };
        if paths.is_empty() {
            return Err(Failure::Input("PATH: expected a file or a folder; or set STAGEDOOR_FOLDER".to_owned()));
        }
        Ok(paths)
    }

    /// The folder of this machine's memory.
    pub fn state(&self) -> Result<PathBuf, Failure> {
        let absolute = self.state_home.clone().filter(|folder| folder.is_absolute());
        let home = || self.home.as_ref().map(|home| home.join(".local/state"));
        let folder = absolute.or_else(home).map(|folder| folder.join("stagedoor/upload"));
        folder.ok_or_else(|| Failure::Input("HOME: expected a folder, where uploads are remembered".to_owned()))
    }

    /// Where everything goes, and the name by which this machine remembers it.
    pub async fn destination(&self) -> Result<(Arc<dyn Destination>, String), Failure> {
        let Some(bucket) = &self.bucket else {
            let api = self.api()?;
            let name = api.site.clone();
            return Ok((Arc::new(api), name));
        };
        let prefix = self.prefix.as_deref().map(|prefix| prefix.trim_matches('/')).filter(|prefix| !prefix.is_empty());
        let prefix = prefix.ok_or_else(|| {
            Failure::Input("--prefix: --bucket needs OWNER or OWNER/folder, the owner being a person's sub".to_owned())
        })?;
        if self.title.is_some() || self.comment.is_some() {
            let message = "--title and --comment: a bucket takes neither; send to a site with --url";
            return Err(Failure::Input(message.to_owned()));
        }
        let region = self.region.clone();
        let region = region.ok_or_else(|| Failure::Input("--region: --bucket needs its region".to_owned()))?;
        let client = crate::aws::client(region, None).await;
        let bucket = Bucket { client, name: bucket.clone(), prefix: prefix.to_owned() };
        let name = format!("s3://{}/{}", bucket.name, bucket.prefix);
        Ok((Arc::new(bucket), name))
    }

    fn api(&self) -> Result<Api, Failure> {
        let missing = |name: &str, what: &str| Failure::Input(format!("{name}: expected {what}"));
        let url = self.url.as_deref().ok_or_else(|| missing("STAGEDOOR_URL", "the site's address, or --bucket"))?;
        let uri: http::Uri = url.parse().map_err(|e| Failure::Input(format!("--url {url}: {e}")))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(Failure::Input(format!("--url {url}: expected http:// or https://")));
        }
        let http = Http::new(self.certificate.as_deref().map(Path::new), self.connect_to.clone());
        let http = http.map_err(|e| Failure::Input(format!("--certificate {e}")))?;
        let credentials = match (&self.token, &self.user) {
            (Some(token), _) => Credentials::Token(token.trim().to_owned()),
            (None, None) => {
                let what = "a token, or STAGEDOOR_USER and STAGEDOOR_PASSWORD";
                return Err(missing("STAGEDOOR_TOKEN", what));
            }
            (None, Some(user)) => {
                let need =
                    |value: &Option<String>, name: &str, what: &str| value.clone().ok_or_else(|| missing(name, what));
                Credentials::Password {
                    identity_url: need(&self.identity_url, "STAGEDOOR_IDENTITY_URL", "the user pool's address")?,
                    client_id: need(&self.client_id, "STAGEDOOR_CLIENT_ID", "the pool's client for passwords")?,
                    user: user.clone(),
                    password: need(&self.password, "STAGEDOOR_PASSWORD", "the password")?,
                }
            }
        };
        Ok(Api::new(http, Identity::new(credentials), url))
    }
}
