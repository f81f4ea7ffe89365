//! The dispatch function on Lambda.

fn main() -> std::process::ExitCode {
    processors::lambda::main(&processors::dispatch::dispatch)
}
