//! Every fact that ffprobe also reports, of every film.

use mp4_front::facts::Facts;

use crate::support::agreement::assert_agrees;
use crate::support::{corpus, facts};

#[test]
fn ffprobe_agrees_on_every_film() {
    let films = || corpus::CORPUS.iter().chain(corpus::FRAGMENTED);
    let compared: usize = films().map(|recipe| assert_agrees(&corpus::path(recipe.name), recipe.name)).sum();
    assert!(compared >= 45, "only {compared} tracks");
}

#[test]
fn facts_survive_json() {
    for name in ["plain.mp4", "hdr10.mp4", "sounds.mp4", "fragments.mp4"] {
        let facts = facts(&corpus::path(name));
        let text = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts, "{text}");
    }
}
