//! The notify function on Lambda.

fn main() -> std::process::ExitCode {
    processors::lambda::notify_main()
}
