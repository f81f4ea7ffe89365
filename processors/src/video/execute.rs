use std::path::{Path, PathBuf};

use frames::Coding;
use frames::file::Format;
use mp4_front::faststart::{Plan, Verdict};
use mp4_front::{Cached, Limits, Movie, ReadAt};

use super::facts::Facts;
use super::keyframes::{self, Keyframe};
use super::pictures::{self, Decoder, Poster};
use super::plan::{VideoPlan, plan};
use super::source::Source;
use super::{UNDECODABLE, damage};
use crate::image;
use crate::process::{Content, Made};
use crate::tools::Tools;
use crate::{Failure, ProcessError, Refusal};
use sniff::Container;

/// A film that is being worked on.
pub struct Film<'a> {
    /// How long it is, in seconds.
    pub duration_s: f64,
    /// What is made of it.
    pub planned: VideoPlan,
    /// The playable file.
    pub main: Main,
    source: &'a Source,
    coding: Coding,
    keyframes: Vec<Keyframe>,
    /// Where keyframes are read that were put aside; otherwise they are read where the film is.
    aside: Option<Source>,
    directory: &'a Path,
    decoder: Decoder<'a>,
}

/// How the playable file comes to be.
pub enum Main {
    /// By this plan, from the film as it is: by the store itself.
    Planned(Plan),
    /// It has been written.
    Written(PathBuf),
}

impl<'a> Film<'a> {
    /// Looks at a film, and decides what is made of it. What is no plain MP4 (other containers, fragments, a film that is cut off, one with
    /// data in it that tells more than a film) is fetched and written anew in `directory`.
    ///
    /// # Errors
    /// A [`Refusal`] where the film is at fault, a [`crate::ProcessError`] where we are.
    pub async fn open(
        source: &'a Source,
        container: Container,
        directory: &'a Path,
        tools: &'a Tools,
    ) -> Result<Self, Failure> {
        let decoder = Decoder::new(tools);
        if container == Container::IsoMedia {
            let movie = opened(source).await?;
            // Meanwhile: it writes the whole index anew.
            let verdict = tokio::task::spawn_blocking({
                let movie = movie.clone();
                move || movie.private_copy()
            });
            let facts = Facts::of_movie(&movie)?;
            let planned = plan(&facts)?;
            let keyframes = keyframes::of_movie(&movie)?;
            let whole = movie.layout().missing() == 0 && !movie.is_fragmented().map_err(|e| damage(&e))?;
            let verdict = verdict.await.map_err(std::io::Error::from)?.map_err(|e| damage(&e))?;
            if let (true, Verdict::Move(plan), false) = (whole, verdict, keyframes.is_empty()) {
                let (coding, duration_s) = (coding(facts.picture.coding)?, facts.duration_s.unwrap_or_default());
                let main = Main::Planned(plan);
                return Ok(Self {
                    duration_s,
                    planned,
                    main,
                    source,
                    coding,
                    keyframes,
                    aside: None,
                    directory,
                    decoder,
                });
            }
        }
        Self::rewritten(source, directory, decoder).await
    }

    async fn rewritten(source: &'a Source, directory: &'a Path, decoder: Decoder<'a>) -> Result<Self, Failure> {
        let (bytes, most) = (source.size(), room(directory)?);
        if bytes > most {
            return Err(Refusal::VideoRoom { bytes, most }.into());
        }
        let [whole, to, aside] = ["whole", "video", "aside"].map(|name| directory.join(name));
        source.save(&whole).await?;
        let mut facts = Facts::of_file(pictures::headers(&whole, &decoder).await?);
        let format = plan(&facts)?.format;
        let rewritten = pictures::rewrite(whole.clone(), format, to.clone(), aside.clone(), &decoder).await?;
        tokio::fs::remove_file(whole).await?;
        // What browsers record does not say how long it is.
        facts.duration_s = Some(rewritten.duration_s);
        let planned = plan(&facts)?;
        let coding = coding(facts.picture.coding)?;
        let keyframes = keyframes::of_file(&rewritten.keyframes);
        let aside = Some(Source::file(&aside)?);
        let (duration_s, main) = (rewritten.duration_s, Main::Written(to));
        Ok(Self { duration_s, planned, main, source, coding, keyframes, aside, directory, decoder })
    }

    /// The playable file's name and media type.
    pub fn names(&self) -> (&'static str, &'static str) {
        match (&self.main, self.planned.format) {
            (Main::Written(_), Format::Webm) => ("video.webm", "video/webm"),
            _ => ("video.mp4", "video/mp4"),
        }
    }

    /// The playable file that lies there, as a rendition.
    pub fn made(&self, path: PathBuf, bytes: u64) -> Made {
        let (file_name, content_type) = self.names();
        let content = Content { path, content_type: content_type.to_owned(), bytes };
        Made { name: "video".to_owned(), file_name: file_name.to_owned(), size: self.planned.shown, content }
    }

    /// The poster and the thumbnail, as far as they have one of these formats: the one has [`super::POSTER_FORMATS`], the other is WebP.
    ///
    /// # Errors
    /// [`Refusal::VideoDamaged`] where no keyframe decodes.
    pub async fn poster(&self, formats: &[image::Format]) -> Result<Poster, Failure> {
        let source = self.aside.as_ref().unwrap_or(self.source);
        pictures::poster(source, &self.keyframes, &self.coding, (&self.planned, formats), self.directory, &self.decoder)
            .await
    }

    /// Small pictures for the seek bar, and one that moves.
    ///
    /// # Errors
    /// [`Refusal::VideoDamaged`] where no keyframe decodes.
    pub async fn previews(&self) -> Result<Vec<Made>, Failure> {
        let source = self.aside.as_ref().unwrap_or(self.source);
        let of = (&self.planned, self.duration_s);
        pictures::previews(source, &self.keyframes, &self.coding, of, self.directory, &self.decoder).await
    }
}

/// The largest film that can be written anew there: it is kept twice while that is done, and its keyframes once more.
fn room(directory: &Path) -> std::io::Result<u64> {
    let system = rustix::fs::statvfs(directory)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize) / 5 * 2)
}

async fn opened(source: &impl ReadAt) -> Result<Movie, Failure> {
    match Movie::open(&Cached::new(source), Limits::default()).await {
        Ok(movie) => Ok(movie),
        Err(mp4_front::Error::Read(error)) => Err(ProcessError::Source(error).into()),
        Err(mp4_front::Error::Changed) => {
            Err(ProcessError::Source(std::io::Error::other("it changed meanwhile")).into())
        }
        Err(error) => Err(damage(&error).into()),
    }
}

fn coding(found: Option<Coding>) -> Result<Coding, Refusal> {
    found.ok_or(UNDECODABLE)
}
