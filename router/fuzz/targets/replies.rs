//! `router_fuzz::replies` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = router_fuzz::replies(input);
});
