use catalog::{Amount, Month};

use crate::stores::{Pair, count};

pub fn amount(bytes: u64, minutes: u64) -> Amount {
    Amount { bytes, minutes }
}

fn month(text: &str) -> Month {
    Month::try_from(text.to_owned()).unwrap()
}

const PLENTY: Amount = Amount { bytes: Amount::MOST, minutes: Amount::MOST };

pub async fn months_add_up(p: &Pair) {
    assert!(p.ours.usage_of("ada").await.unwrap().is_empty());
    assert!(p.ours.reserve("ada", &month("2026-12"), amount(1_000, 3), PLENTY).await.unwrap());
    assert!(p.theirs.reserve("ada", &month("2026-11"), amount(500, 1), PLENTY).await.unwrap());
    assert!(p.ours.release("ada", &month("2027-01"), amount(600, 0)).await.unwrap());
    p.ours.count("ada", &month("2026-11"), 2, 5).await.unwrap();
    p.ours.count("ada", &month("2026-11"), 1, 0).await.unwrap();
    p.ours.count("ada", &month("2027-02"), 0, 1).await.unwrap();
    p.ours.count("bob", &month("2026-11"), 7, 7).await.unwrap();
    let months: Vec<_> = p
        .theirs
        .usage_of("ada")
        .await
        .unwrap()
        .into_iter()
        .map(|u| (u.month.as_str().to_owned(), u.stored, u.uploads, u.plays))
        .collect();
    let wanted = [
        ("2026-11", amount(500, 1), 3, 5),
        ("2026-12", amount(1_500, 4), 0, 0),
        ("2027-01", amount(900, 4), 0, 0),
        ("2027-02", amount(900, 4), 0, 1),
    ];
    assert_eq!(months, wanted.map(|(month, stored, uploads, plays)| (month.to_owned(), stored, uploads, plays)));
    assert_eq!(p.ours.stored("ada").await.unwrap(), amount(900, 4));
    assert_eq!(p.ours.stored("bob").await.unwrap(), amount(0, 0));
    for wrong in ["2026-13", "2026-00", "26-11", "2026-1", "2026/11", "2026-11-01", "２026-1"] {
        assert!(Month::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

pub async fn the_quota_holds_exactly(p: &Pair) {
    let (m, quota) = (month("2026-11"), amount(100, 10));
    assert!(!p.ours.reserve("ada", &m, amount(101, 0), quota).await.unwrap());
    assert!(!p.ours.reserve("ada", &m, amount(1, 11), quota).await.unwrap());
    assert!(p.ours.usage_of("ada").await.unwrap().is_empty(), "nothing of a refusal is kept");
    assert!(p.ours.reserve("ada", &m, amount(60, 10), quota).await.unwrap());
    assert!(!p.ours.reserve("ada", &m, amount(41, 0), quota).await.unwrap());
    assert!(p.ours.reserve("ada", &m, amount(40, 0), quota).await.unwrap());
    assert!(!p.ours.reserve("ada", &m, amount(1, 0), quota).await.unwrap());
    assert!(p.ours.reserve("ada", &m, amount(0, 0), quota).await.unwrap());
    assert!(!p.ours.reserve("ada", &m, amount(0, 0), amount(50, 50)).await.unwrap(), "a quota that shrank");
    assert!(p.ours.release("ada", &m, amount(1, 0)).await.unwrap());
    assert!(p.ours.reserve("ada", &m, amount(1, 0), quota).await.unwrap());
    assert_eq!(p.ours.stored("ada").await.unwrap(), quota);
    assert!(p.ours.reserve("ada", &m, amount(u64::MAX, 0), PLENTY).await.is_err());
}

pub async fn the_quota_holds_under_a_crowd(p: &Pair) {
    let answers = p
        .race(12, |_, store| async move {
            store.reserve("ada", &month("2026-11"), amount(30, 1), amount(100, 100)).await.unwrap()
        })
        .await;
    assert_eq!(count(&answers, &true), 3, "{answers:?}");
    assert_eq!(p.ours.stored("ada").await.unwrap(), amount(90, 3));
    assert_eq!(p.ours.usage_of("ada").await.unwrap()[0].stored, amount(90, 3));
}

pub async fn no_more_is_released_than_is_stored(p: &Pair) {
    let m = month("2026-11");
    assert!(!p.ours.release("ada", &m, amount(1, 0)).await.unwrap());
    assert!(p.ours.reserve("ada", &m, amount(10, 2), PLENTY).await.unwrap());
    assert!(!p.ours.release("ada", &m, amount(11, 0)).await.unwrap());
    assert!(!p.ours.release("ada", &m, amount(1, 3)).await.unwrap());
    let answers =
        p.race(6, |_, store| async move { store.release("ada", &month("2026-11"), amount(4, 1)).await.unwrap() }).await;
    assert_eq!(count(&answers, &true), 2);
    assert_eq!(p.ours.stored("ada").await.unwrap(), amount(2, 0));
}

pub async fn additions_at_once_are_all_counted(p: &Pair) {
    p.race(12, |_, store| async move { store.count("ada", &month("2026-11"), 1, 2).await.unwrap() }).await;
    let usage = p.ours.usage_of("ada").await.unwrap();
    assert_eq!((usage.len(), usage[0].uploads, usage[0].plays), (1, 12, 24));
}
