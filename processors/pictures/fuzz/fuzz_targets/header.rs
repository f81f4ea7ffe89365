#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| pictures_fuzz::header(data));
