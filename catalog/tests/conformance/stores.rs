//! The stores under test, and what checks of them have in common.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use catalog::dynamo::tables::create_tables;
use catalog::{Catalog, DynamoCatalog, Viewer};

use crate::moto;

/// Two handles on one empty store, as two processes would hold them.
pub struct Pair {
    pub ours: Arc<dyn Catalog>,
    pub theirs: Arc<dyn Catalog>,
    /// What the store lives in.
    _kept: Box<dyn Any + Send + Sync>,
}

impl Pair {
    pub fn new(ours: Arc<dyn Catalog>, theirs: Arc<dyn Catalog>, kept: impl Any + Send + Sync) -> Self {
        Self { ours, theirs, _kept: Box::new(kept) }
    }

    /// Runs `count` calls at once, every other one on the other handle; their answers in order.
    pub async fn race<T, F>(&self, count: usize, call: impl Fn(usize, Arc<dyn Catalog>) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let store = |n: usize| Arc::clone(if n.is_multiple_of(2) { &self.ours } else { &self.theirs });
        let tasks: Vec<_> = (0..count).map(|n| tokio::spawn(call(n, store(n)))).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    }
}

pub async fn sqlite() -> Pair {
    let dir = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", dir.path().join("catalog.sqlite").display());
    Pair::new(catalog::open(&address).await.unwrap(), catalog::open(&address).await.unwrap(), dir)
}

/// Tables of its own on the one server that all tests share.
pub async fn dynamodb() -> Pair {
    let prefix = moto::fresh_prefix();
    let ours = DynamoCatalog::new(moto::client().await, &prefix);
    create_tables(&ours).await.unwrap();
    Pair::new(Arc::new(ours), Arc::new(DynamoCatalog::new(moto::client().await, &prefix)), ())
}

pub fn viewer(sub: &str, groups: &[&str]) -> Viewer {
    Viewer { sub: sub.to_owned(), groups: groups.iter().map(|&g| g.to_owned()).collect() }
}

/// How many of them hold.
pub fn count<T: PartialEq>(answers: &[T], wanted: &T) -> usize {
    answers.iter().filter(|answer| *answer == wanted).count()
}
