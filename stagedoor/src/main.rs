//! The command line: everything that a person does with Stagedoor outside a browser.

mod aws;
mod client;
mod doctor;
mod failure;
mod film;
mod image;
mod migrate;
mod pass;
mod policy;
mod replay;
mod sample;
mod static_files;
mod up;
mod upload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// Private media on your own AWS account, and on one machine.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Exit status: 0 done, 1 a check failed, 2 bad usage or unreadable input.\n\
    STAGEDOOR_LOG=debug says more on stderr."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all of Stagedoor on this machine
    Up(up::Arguments),
    /// Send photos and films, or folders of them, to a site
    Upload(Box<upload::Arguments>),
    /// Make the renditions of one picture file, as the image processor does
    Image(image::Arguments),
    /// Make the renditions of one film file, as the video processor does, or say what it is
    Video(film::Video),
    /// Move a film's index to the front, so that it plays before it is loaded whole
    Faststart(film::Faststart),
    /// Decide over recorded CloudFront events, exactly as the edge function would
    Replay(replay::Arguments),
    /// Check, compile and explain policy.yaml
    #[command(subcommand)]
    Policy(policy::Command),
    /// Make and judge playback passes, replace their key, revoke them
    #[command(subcommand)]
    Pass(pass::Command),
    /// Check a deployment from outside, by its outputs
    Doctor(doctor::Arguments),
    /// Write the app's static files, as a deployment puts them into the site bucket
    Static(static_files::Arguments),
    /// Bring the catalog's schema up or down, or say where it is
    #[command(subcommand)]
    Migrate(migrate::Command),
}

fn main() -> ExitCode {
    if let Some(rendered) = processors::child() {
        return rendered;
    }
    start_log();
    match settings().and_then(|()| run(Cli::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("stagedoor: {failure}");
            failure.exit_code()
        }
    }
}

/// `upload` alone reads `.env`: what stands there is for a site's users, not for its makers.
fn settings() -> Result<(), Failure> {
    if std::env::args_os().nth(1).is_some_and(|command| command == "upload") {
        return upload::read_dot_env();
    }
    Ok(())
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Up(arguments) => up::run(&arguments),
        Command::Upload(arguments) => upload::run(&arguments),
        Command::Image(arguments) => image::run(&arguments),
        Command::Video(arguments) => film::video(&arguments),
        Command::Faststart(arguments) => film::faststart(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Policy(command) => policy::run(&command),
        Command::Pass(command) => pass::run(&command),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Static(arguments) => static_files::run(&arguments),
        Command::Migrate(command) => migrate::run(&command),
    }
}

/// Logs go to stderr; `STAGEDOOR_LOG` takes a level or filter directives, and warnings show without it.
fn start_log() {
    // The one setting of the command line that is no flag.
    #[allow(clippy::disallowed_methods)]
    let filter = std::env::var("STAGEDOOR_LOG").unwrap_or_else(|_| "warn".to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}
