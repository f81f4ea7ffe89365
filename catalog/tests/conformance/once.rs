use catalog::{Answer, Once, REMEMBERED_MS, UNDER_WAY_MS};

use crate::stores::{Pair, count};

fn answer(body: &str) -> Answer {
    Answer { status: 201, body: body.to_owned() }
}

pub async fn the_second_caller_is_told(p: &Pair) {
    assert_eq!(p.ours.begin_once("ada", "k", 100).await.unwrap(), Once::Begun);
    assert_eq!(p.theirs.begin_once("ada", "k", 101).await.unwrap(), Once::UnderWay);
    assert!(p.ours.answer_once("ada", "k", 100, &answer("{\"ü\":1}")).await.unwrap());
    assert!(!p.ours.answer_once("ada", "k", 100, &answer("other")).await.unwrap(), "the first answer stays");
    assert!(!p.ours.abandon_once("ada", "k", 100).await.unwrap());
    assert_eq!(p.theirs.begin_once("ada", "k", 102).await.unwrap(), Once::Answered(answer("{\"ü\":1}")));

    assert_eq!(p.ours.begin_once("ada", "failed", 100).await.unwrap(), Once::Begun);
    assert!(!p.theirs.abandon_once("ada", "failed", 99).await.unwrap());
    assert!(p.ours.abandon_once("ada", "failed", 100).await.unwrap());
    assert_eq!(p.theirs.begin_once("ada", "failed", 103).await.unwrap(), Once::Begun);
    assert!(p.ours.begin_once("ada", "", 1).await.is_err());
    assert!(p.ours.begin_once("ada", &"x".repeat(201), 1).await.is_err());
}

pub async fn an_answer_is_kept_for_a_day(p: &Pair) {
    p.ours.begin_once("ada", "k", 100).await.unwrap();
    p.ours.answer_once("ada", "k", 100, &answer("x")).await.unwrap();
    let last = 99 + REMEMBERED_MS;
    assert_eq!(p.ours.begin_once("ada", "k", last).await.unwrap(), Once::Answered(answer("x")));
    assert_eq!(p.ours.begin_once("ada", "k", last + 1).await.unwrap(), Once::Begun);
    assert_eq!(p.ours.begin_once("ada", "k", last + 2).await.unwrap(), Once::UnderWay, "the old answer is gone");
    p.ours.sweep_once(last + REMEMBERED_MS).await.unwrap();
    assert!(p.ours.answer_once("ada", "k", last + 1, &answer("y")).await.unwrap(), "not older than a day");
}

pub async fn a_dead_caller_does_not_bar_its_key(p: &Pair) {
    assert_eq!(p.ours.begin_once("ada", "k", 100).await.unwrap(), Once::Begun);
    assert_eq!(p.ours.begin_once("ada", "k", 99 + UNDER_WAY_MS).await.unwrap(), Once::UnderWay);
    let later = 100 + UNDER_WAY_MS;
    assert_eq!(p.theirs.begin_once("ada", "k", later).await.unwrap(), Once::Begun);
    assert!(!p.ours.answer_once("ada", "k", 100, &answer("slow")).await.unwrap(), "it is another's by now");
    assert!(!p.ours.abandon_once("ada", "k", 100).await.unwrap());
    assert!(p.theirs.answer_once("ada", "k", later, &answer("quick")).await.unwrap());
}

pub async fn of_many_callers_one_begins(p: &Pair) {
    for round in 0..4 {
        let answers = p
            .race(8, |n, store| async move {
                let now = 100 + i64::try_from(n).unwrap();
                store.begin_once("ada", &format!("k{round}"), now).await.unwrap()
            })
            .await;
        assert_eq!((count(&answers, &Once::Begun), count(&answers, &Once::UnderWay)), (1, 7), "{answers:?}");
    }
}

pub async fn keys_are_a_persons_own(p: &Pair) {
    assert_eq!(p.ours.begin_once("ada", "k", 100).await.unwrap(), Once::Begun);
    assert_eq!(p.ours.begin_once("bob", "k", 100).await.unwrap(), Once::Begun);
    assert!(p.ours.answer_once("bob", "k", 100, &answer("bob's")).await.unwrap());
    assert_eq!(p.ours.begin_once("ada", "k", 101).await.unwrap(), Once::UnderWay);
}
