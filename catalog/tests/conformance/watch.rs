use catalog::WatchPosition;

use crate::media::id;
use crate::stores::Pair;

fn at(media: &str, seconds: u32, updated_at: i64) -> WatchPosition {
    WatchPosition { person: "ada".to_owned(), media: id(media), seconds, updated_at }
}

pub async fn the_later_position_stays(p: &Pair) {
    assert!(p.ours.watch(&at("film", 10, 100)).await.unwrap());
    assert!(p.theirs.watch(&at("film", 5, 200)).await.unwrap());
    assert!(!p.ours.watch(&at("film", 99, 150)).await.unwrap());
    assert!(!p.ours.watch(&at("film", 99, 200)).await.unwrap());
    assert_eq!(p.ours.watched("ada", &id("film")).await.unwrap(), Some(at("film", 5, 200)));
    assert_eq!(p.ours.watched("bob", &id("film")).await.unwrap(), None);
    assert!(p.ours.forget_watched("ada", &id("film")).await.unwrap());
    assert!(!p.ours.forget_watched("ada", &id("film")).await.unwrap());
    assert_eq!(p.ours.watched("ada", &id("film")).await.unwrap(), None);

    p.race(8, |n, store| async move { store.watch(&at("raced", 1, i64::try_from(n).unwrap())).await.unwrap() }).await;
    assert_eq!(p.ours.watched("ada", &id("raced")).await.unwrap().unwrap().updated_at, 7);
}

pub async fn positions_come_newest_first(p: &Pair) {
    for (media, updated) in [("a", 30), ("b", 10), ("c", 20)] {
        p.ours.watch(&at(media, 1, updated)).await.unwrap();
    }
    p.ours.watch(&WatchPosition { person: "bob".to_owned(), ..at("z", 1, 99) }).await.unwrap();
    p.ours.watch(&at("b", 2, 40)).await.unwrap();
    let ids = |found: Vec<WatchPosition>| found.into_iter().map(|w| w.media.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(p.ours.last_watched("ada", 9).await.unwrap()), ["b", "a", "c"]);
    assert_eq!(ids(p.ours.last_watched("ada", 2).await.unwrap()), ["b", "a"]);
}
