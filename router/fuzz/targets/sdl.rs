//! `router_fuzz::sdl` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = router_fuzz::sdl(input);
});
