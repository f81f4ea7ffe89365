//! What every comparison needs: the CPU clock of this process, medians, the table of them, the machine, and limits that hold or do
//! not.

pub mod cpu;
pub mod ending;
mod http;
pub mod limits;
pub mod machine;
pub mod process;
pub mod rows;
pub mod runtime_api;
pub mod series;
