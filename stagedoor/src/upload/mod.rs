//! `stagedoor upload`: files and folders, to a site or into its raw bucket.

mod body;
mod bucket;
mod destination;
mod file;
mod journal;
mod prepare;
mod progress;
mod settings;
mod site;
mod transfer;
mod watch;

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use serde_json::json;

pub use destination::Description;
pub use file::LocalFile;
use journal::Journal;
use prepare::Preparation;
pub use progress::Bar;
use progress::Progress;
pub use settings::Arguments;
pub use transfer::Uploader;

use crate::client::ClientError;
use crate::failure::Failure;

/// Reads `.env` of this directory into the environment, where nothing is set already. Before any thread is started.
pub fn read_dot_env() -> Result<(), Failure> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::Io(e)) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        // What is in the line may be a secret.
        Err(dotenvy::Error::LineParse(..)) => Err(Failure::Input(
            ".env: a line cannot be read; expected NAME=value, with quotes around spaces".to_owned(),
        )),
        Err(e) => Err(Failure::Input(format!(".env: {e}"))),
    }
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new().context("the async runtime cannot start")?;
    runtime.block_on(upload(arguments))
}

async fn upload(arguments: &Arguments) -> Result<(), Failure> {
    let paths = arguments.paths()?;
    let mut files = Vec::new();
    for path in &paths {
        files.extend(file::collect(path, &arguments.suffix).map_err(|e| Failure::file(path, e))?);
    }
    if arguments.title.is_some() && (files.len() != 1 || arguments.watch) {
        return Err(Failure::Input(format!("--title: expected a single file, found {}", files.len())));
    }
    let (destination, name) = arguments.destination().await?;
    let state = arguments.state()?;
    let journal = Journal::open(&state, &name).map_err(|e| Failure::file(&state, e))?;
    let preparation = arguments.prepare.then(|| Preparation::new(journal.clone(), arguments.poster_time));
    let at_once = usize::from(arguments.parallel);
    let work = Work {
        uploader: Uploader::new(destination, Some(journal), at_once),
        about: Description { title: arguments.title.clone(), comment: arguments.comment.clone() },
        preparation,
        progress: Progress::new(),
        at_once,
    };
    if arguments.watch {
        return watch::watch(&work, &paths, &arguments.suffix, files).await;
    }
    let failed = work.all(files).await;
    work.progress.end();
    if failed == 0 { Ok(()) } else { Err(Failure::Check(format!("{failed} not uploaded"))) }
}

/// What every file goes through.
struct Work {
    uploader: Uploader,
    about: Description,
    preparation: Option<Preparation>,
    progress: Progress,
    at_once: usize,
}

impl Work {
    /// How many failed.
    async fn all(&self, files: Vec<LocalFile>) -> usize {
        let files: Vec<_> = files.into_iter().map(|file| (self.progress.add(&file.name, file.size), file)).collect();
        let ended = stream::iter(files).map(|(bar, file)| async move { self.one(&file, &bar).await });
        ended.buffer_unordered(self.at_once).filter(|done| std::future::ready(!done)).count().await
    }

    /// Sends one file and says what became of it; whether it is there.
    async fn one(&self, file: &LocalFile, bar: &Bar) -> bool {
        let ended = self.send(file, bar).await;
        bar.end();
        let path = file.path.display().to_string();
        let line = match &ended {
            Ok((done, poster)) => {
                let status = if done.was_there { "there" } else { "uploaded" };
                self.progress.say(&format!("{path}: {status}, {}", done.id));
                let mut line = json!({"path": path, "status": status, "id": done.id, "bytes": file.size});
                if let (Some(poster), Some(line)) = (poster, line.as_object_mut()) {
                    line.insert("poster".to_owned(), json!(poster));
                }
                line
            }
            Err(error) => {
                self.progress.say(&format!("stagedoor: {path}: {error}"));
                json!({"path": path, "status": "failed", "bytes": file.size, "error": error.to_string()})
            }
        };
        println!("{line}");
        ended.is_ok()
    }

    async fn send(
        &self,
        file: &LocalFile,
        bar: &Bar,
    ) -> Result<(transfer::Uploaded, Option<std::path::PathBuf>), ClientError> {
        let Some(preparation) = &self.preparation else {
            return Ok((self.uploader.upload(file, &self.about, bar).await?, None));
        };
        let prepared = preparation.prepare(file).await?;
        let done = self.uploader.upload(&prepared.file, &self.about, bar).await?;
        Ok((done, prepared.poster))
    }
}
