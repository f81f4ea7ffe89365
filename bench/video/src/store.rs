//! S3's stand-in with one bucket.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use local::objects::{Objects, ObjectsConfig, client};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub const BUCKET: &str = "films";
pub const ACCESS_KEY: &str = "bench";
pub const SECRET_KEY: &str = "bench";

/// A store that is running; it ends with the process.
pub struct Store {
    pub address: SocketAddr,
    root: PathBuf,
}

impl Store {
    pub async fn open(root: &Path) -> Result<Self> {
        let config = ObjectsConfig {
            root: root.to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            buckets: vec![BUCKET.to_owned()],
            allow_origins: Vec::new(),
        };
        // Nobody wants to hear of new objects.
        let (created, _) = mpsc::unbounded_channel();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(Objects::open(config, created)?.serve(listener));
        Ok(Self { address, root: root.to_owned() })
    }

    /// Where an object lies as a file.
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.join(BUCKET).join(key)
    }
}

/// Addresses that others may use for an hour: to read the one object, and to write the other.
pub async fn presigned(address: SocketAddr, read: &str, write: &str) -> Result<(String, String)> {
    let (client, hour) = (client_at(address), PresigningConfig::expires_in(Duration::from_hours(1))?);
    let read = client.get_object().bucket(BUCKET).key(read).presigned(hour.clone()).await?;
    let write = client.put_object().bucket(BUCKET).key(write).presigned(hour).await?;
    Ok((read.uri().to_owned(), write.uri().to_owned()))
}

fn client_at(address: SocketAddr) -> Client {
    client(&format!("http://{address}"), ACCESS_KEY, SECRET_KEY)
}
