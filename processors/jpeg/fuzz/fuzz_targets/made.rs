#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| scaled_jpeg_fuzz::made(data));
