//! Tones: two seconds of a sine wave, 8-bit mono at 8 kHz.

/// Two octaves of semitones.
pub(super) const COUNT: usize = 24;
const RATE: u32 = 8_000;
const SECONDS: u32 = 2;
/// The lowest tone, in hertz.
const LOWEST: f64 = 220.0;
/// So many samples at both ends grow and fade, so that nothing clicks.
const FADE: f64 = 400.0;

/// A WAVE file with the tone of this number, from the lowest one.
pub(super) fn wave(number: usize) -> Vec<u8> {
    let samples = RATE * SECONDS;
    let hertz = LOWEST * 2f64.powf(number as f64 / 12.0);
    let mut file = Vec::with_capacity(44 + samples as usize);
    file.extend(b"RIFF");
    file.extend((36 + samples).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    // PCM, one channel.
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    // One byte for each sample, eight bits.
    file.extend([1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(samples.to_le_bytes());
    file.extend((0..samples).map(|sample| {
        let at = f64::from(sample);
        let loudness = (at / FADE).min((f64::from(samples) - at) / FADE).min(1.0);
        let wave = (at * hertz * std::f64::consts::TAU / f64::from(RATE)).sin();
        // Rounded to a byte, so that no machine's last digit of a sine shows.
        (128.0 + 60.0 * loudness * wave).round() as u8
    }));
    file
}
