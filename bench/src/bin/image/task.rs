use bench::series::Series;
use serde::Serialize;

/// What is made of the photo.
#[derive(Debug)]
pub struct Task {
    /// Its name in the report.
    pub name: &'static str,
    /// The recipe's file in bench/image.
    pub recipe: &'static str,
    /// Who does it, and how.
    pub ways: &'static [Way],
}

/// Who does a task, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Our code.
    Ours,
    /// sharp, each file from the source.
    SharpSingle,
    /// sharp, one decode, one file after the other.
    SharpOnce,
    /// sharp, one decode, all files at once.
    SharpTogether,
}

impl Way {
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "Stagedoor",
            Self::SharpSingle => "sharp, each from the source",
            Self::SharpOnce => "sharp, one decode",
            Self::SharpTogether => "sharp, one decode, all at once",
        }
    }

    /// What peer.mjs calls it; `None`: it is ours.
    pub fn peer(self) -> Option<&'static str> {
        match self {
            Self::Ours => None,
            Self::SharpSingle => Some("single"),
            Self::SharpOnce => Some("once"),
            Self::SharpTogether => Some("together"),
        }
    }
}

pub const COVER: &str = "512² JPEG";
pub const LADDER: &str = "ladder of 9 files";

/// All tasks.
pub const TASKS: &[Task] = &[
    Task { name: COVER, recipe: "cover.json", ways: &[Way::Ours, Way::SharpSingle] },
    Task {
        name: LADDER,
        recipe: "ladder.json",
        ways: &[Way::Ours, Way::SharpOnce, Way::SharpTogether, Way::SharpSingle],
    },
];

/// What a task took.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// [`Task::name`].
    pub task: &'static str,
    /// Who did it.
    pub way: Way,
    /// How many CPUs the process had.
    pub cpus: usize,
    /// Milliseconds a round, from the source's file to the last file written.
    pub wall_ms: Series,
    /// The same, all CPUs together.
    pub cpu_ms: Series,
    /// The most memory that the process ever had, in bytes.
    pub peak_bytes: u64,
    /// How many files came out.
    pub files: usize,
    /// Their lengths together, in bytes.
    pub bytes: u64,
    /// The mean of their likenesses to the reference, 0 to 1.
    pub ssim: f64,
}

impl Measured {
    /// Nothing measured yet.
    pub fn new(task: &Task, way: Way, cpus: usize) -> Self {
        Self {
            task: task.name,
            way,
            cpus,
            wall_ms: Series::default(),
            cpu_ms: Series::default(),
            peak_bytes: 0,
            files: 0,
            bytes: 0,
            ssim: 0.0,
        }
    }
}
