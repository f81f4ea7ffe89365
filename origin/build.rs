//! Puts hls.js, which npm brings, where `assets` embeds it. It is not in the repository, and a plain `cargo build` does without: films
//! then play as MP4. `./build.sh` installs it first and has its absence be an error, so that nothing is deployed without it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The ES module without DRM, alternative audio and subtitles of its own, minified.
const MODULE: &str = "web/node_modules/hls.js/dist/hls.light.min.mjs";

#[expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through its environment")]
fn main() -> Result<(), Box<dyn Error>> {
    // New files of these folders are embedded as well as changed ones.
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=web/package-lock.json");
    println!("cargo::rerun-if-changed={}", if Path::new(MODULE).exists() { MODULE } else { "web" });
    println!("cargo::rerun-if-env-changed=STAGEDOOR_DEMAND_WEB");
    let out = Path::new(&env::var("OUT_DIR")?).join("hls.js");
    let text = match fs::read_to_string(MODULE) {
        // Its map would be looked for beside it.
        Ok(text) => {
            text.lines().filter(|line| !line.starts_with("//# sourceMappingURL=")).collect::<Vec<_>>().join("\n")
        }
        Err(error) => {
            let what = format!("origin/{MODULE}: {error}. `npm ci --ignore-scripts` in origin/web installs it");
            if env::var_os("STAGEDOOR_DEMAND_WEB").is_some() {
                println!("cargo::error={what}");
            } else {
                println!("cargo::warning={what}; without it films play as MP4 and never as HLS");
            }
            String::new()
        }
    };
    let notice = "/* hls.js, Apache-2.0, https://github.com/video-dev/hls.js */\n";
    Ok(fs::write(out, if text.is_empty() { text } else { format!("{notice}{text}") })?)
}
