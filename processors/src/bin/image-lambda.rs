//! The image function on Lambda.

fn main() -> std::process::ExitCode {
    processors::lambda::main(&processors::process::image_calls)
}
