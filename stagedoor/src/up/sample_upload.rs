//! The sample: a film and a photo, made once, sent in the way anybody's uploads come.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::data::DataDir;
use super::deployment::API_CLIENT;
use crate::client::{Api, Credentials, Http, Identity};
use crate::sample;
use crate::upload::{Bar, Description, LocalFile, Uploader};

/// Long enough for a slow machine to make renditions of half a minute of film.
const PROCESSING: Duration = Duration::from_secs(300);

pub struct Sample<'a> {
    pub data: &'a DataDir,
    pub edge_url: &'a str,
    pub identity_url: &'a str,
    /// The edge's own certificate, where it serves https.
    pub certificate: Option<PathBuf>,
}

impl Sample<'_> {
    /// Makes, uploads and awaits the sample, unless an earlier `up` has: each of its files leaves its id behind.
    pub async fn upload_once(&self, user: &str, password: &str) -> Result<()> {
        let directory = self.data.join("sample");
        std::fs::create_dir_all(&directory).with_context(|| format!("{}", directory.display()))?;
        let missing = |name: &str| !directory.join(format!("{name}.id")).exists();
        if !missing("film") && !missing("photo") {
            return Ok(());
        }
        eprintln!("Making a sample film and photo (once).");
        let api = Arc::new(self.api(user, password)?);
        let uploader = Uploader::new(Arc::<Api>::clone(&api), None, 2);
        let mut ids = Vec::new();
        if missing("photo") {
            let photo = tokio::task::spawn_blocking(sample::photo).await??;
            let path = directory.join("Morning on the ridge.jpg");
            std::fs::write(&path, photo).with_context(|| format!("{}", path.display()))?;
            ids.push(upload(&uploader, &path, &directory.join("photo.id")).await?);
        }
        if missing("film") {
            let path = directory.join("Sunrise over the hills.mp4");
            let out = path.clone();
            tokio::task::spawn_blocking(move || sample::film(&out, Path::new("ffmpeg"))).await??;
            ids.push(upload(&uploader, &path, &directory.join("film.id")).await?);
        }
        for id in ids {
            wait_until_processed(&api, &id).await?;
        }
        Ok(())
    }

    fn api(&self, user: &str, password: &str) -> Result<Api> {
        let credentials = Credentials::Password {
            identity_url: self.identity_url.to_owned(),
            client_id: API_CLIENT.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
        };
        let http = Http::new(self.certificate.as_deref(), Vec::new())?;
        Ok(Api::new(http, Identity::new(credentials), self.edge_url))
    }
}

/// Sends the file, leaves its id, and removes it.
async fn upload(uploader: &Uploader, path: &Path, leaves: &Path) -> Result<String> {
    let file = LocalFile::at(path, None).with_context(|| format!("{}", path.display()))?;
    let done = uploader.upload(&file, &Description::default(), &Bar::hidden()).await?;
    std::fs::write(leaves, &done.id).with_context(|| format!("{}", leaves.display()))?;
    std::fs::remove_file(path).with_context(|| format!("{}", path.display()))?;
    Ok(done.id)
}

async fn wait_until_processed(api: &Api, id: &str) -> Result<()> {
    let poll = async {
        loop {
            let medium = api.get(&format!("/api/media/{id}")).await?;
            match medium.get("status").and_then(Value::as_str) {
                Some("ready") => return Ok(()),
                Some("failed") => bail!("the sample failed: {}", medium.get("reason").unwrap_or(&Value::Null)),
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    };
    tokio::time::timeout(PROCESSING, poll).await.context("the sample was not processed in time")?
}
