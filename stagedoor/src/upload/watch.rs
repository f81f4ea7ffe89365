//! `--watch`: what is added to a folder is sent once it stands still.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use notify::{Event, RecursiveMode, Watcher as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::file::{self, LocalFile};
use super::{Failure, Work};

/// A file whose length and time have not moved for so long is taken to be whole.
const STILL: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(250);

/// Sends `files`, and then whatever comes, until Ctrl-C.
pub async fn watch(
    work: &Work,
    folders: &[PathBuf],
    suffixes: &[String],
    files: Vec<LocalFile>,
) -> Result<(), Failure> {
    let (sender, mut changes) = mpsc::unbounded_channel();
    let heard = move |event: Result<Event, notify::Error>| {
        // The receiver goes when the command ends.
        let _ = sender.send(event);
    };
    let failed = |e: notify::Error| Failure::Input(format!("--watch: {e}"));
    let mut watcher = notify::recommended_watcher(heard).map_err(failed)?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive).map_err(failed)?;
    }
    // Whole or not, they are looked at like those that come.
    let mut waiting = Waiting::default();
    for file in files {
        waiting.seen(&file.path);
    }
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt()).map_err(|e| Failure::Input(e.to_string()))?,
        signal(SignalKind::terminate()).map_err(|e| Failure::Input(e.to_string()))?,
    );
    let mut sending = FuturesUnordered::new();
    let mut looks = tokio::time::interval(LOOK);
    work.progress.say("Watching. Ctrl-C ends it.");
    loop {
        tokio::select! {
            Some(event) = changes.recv() => match event {
                Ok(event) if event.need_rescan() => folders.iter().for_each(|folder| waiting.folder(folder, suffixes)),
                Ok(event) => event.paths.iter().for_each(|path| waiting.changed(path, suffixes)),
                Err(error) => work.progress.say(&format!("stagedoor: --watch: {error}")),
            },
            _ = looks.tick() => {
                let still = waiting.still(folders, Instant::now());
                if !still.is_empty() {
                    sending.push(work.all(still));
                }
            }
            Some(_) = sending.next() => {}
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
        }
    }
    work.progress.end();
    Ok(())
}

/// Files that may still be growing.
#[derive(Default)]
struct Waiting(HashMap<PathBuf, Option<(LocalFile, Instant)>>);

impl Waiting {
    fn seen(&mut self, path: &Path) {
        self.0.entry(path.to_owned()).or_default();
    }

    /// A folder that was moved here brings no event of its files.
    fn changed(&mut self, path: &Path, suffixes: &[String]) {
        if path.is_dir() {
            self.folder(path, suffixes);
        } else if !file::is_hidden(path) && file::has_suffix(path, suffixes) {
            self.seen(path);
        }
    }

    fn folder(&mut self, folder: &Path, suffixes: &[String]) {
        let files = file::collect(folder, suffixes).unwrap_or_default();
        for file in files {
            self.seen(&file.path);
        }
    }

    /// Takes out those that stand still, and those that are gone.
    fn still(&mut self, folders: &[PathBuf], now: Instant) -> Vec<LocalFile> {
        let mut still = Vec::new();
        self.0.retain(|path, known| {
            let folder = folders.iter().find(|folder| path.starts_with(folder.canonicalize().unwrap_or_default()));
            let Ok(file) = LocalFile::at(path, folder.map(PathBuf::as_path)) else { return false };
            match known {
                Some((before, since)) if *before == file => {
                    if now.duration_since(*since) < STILL {
                        return true;
                    }
                    still.push(file);
                    false
                }
                _ => {
                    *known = Some((file, now));
                    true
                }
            }
        });
        still
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_once_it_stands_still() {
        let folder = tempfile::tempdir().unwrap();
        let (film, now) = (folder.path().canonicalize().unwrap().join("film.mp4"), Instant::now());
        let folders = [folder.path().to_owned()];
        let mut waiting = Waiting::default();
        std::fs::write(&film, "some").unwrap();
        waiting.changed(&film, &["mp4".to_owned()]);
        waiting.changed(&folder.path().join("notes.txt"), &["mp4".to_owned()]);
        assert!(waiting.still(&folders, now).is_empty());
        std::fs::write(&film, "some and more").unwrap();
        assert!(waiting.still(&folders, now + STILL).is_empty(), "it has grown");
        assert!(waiting.still(&folders, now + STILL + STILL / 2).is_empty());
        let taken = waiting.still(&folders, now + STILL * 2);
        assert_eq!(taken.iter().map(|file| (&*file.name, file.size)).collect::<Vec<_>>(), [("film.mp4", 13)]);
        assert!(waiting.still(&folders, now + STILL * 4).is_empty(), "once");
    }
}
