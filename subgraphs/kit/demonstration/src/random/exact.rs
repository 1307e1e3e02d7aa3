//! Exponential and logarithm that give the same bits on every machine.
//!
//! `f64::exp` and `f64::ln` call the platform's mathematics library, whose last bit differs between platforms; one bit
//! is enough to change a generated row and with it the checksum. IEEE 754 fixes the results of `+ - * /` exactly, so
//! these two use nothing else. Their relative error is below 1e-13, ample for choosing demonstration data.

use std::f64::consts::LN_2;

/// Terms of the series of `exp` on `[-ln2/2, ln2/2]`: the next term is below 1e-17.
const EXPONENTIAL_TERMS: u32 = 16;
/// Terms of the series of `artanh` on `|z| <= 0.172`: the next term is below 1e-18.
const LOGARITHM_TERMS: u32 = 12;
/// Beyond this magnitude the power of two would leave the range of normal numbers.
const EXPONENT_LIMIT: f64 = 700.0;

/// e to the power of `x`, for `|x|` up to 700 (beyond, the argument is clamped).
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(-EXPONENT_LIMIT, EXPONENT_LIMIT);
    // `floor` is exact in IEEE 754: no platform differs.
    let halvings = (x / LN_2 + 0.5).floor();
    let remainder = x - halvings * LN_2;
    let mut sum = 1.0;
    for term in (1..=EXPONENTIAL_TERMS).rev() {
        sum = 1.0 + remainder / f64::from(term) * sum;
    }
    sum * power_of_two(halvings as i64)
}

/// The natural logarithm of a positive normal number.
pub(crate) fn ln(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0, "the logarithm needs a positive number");
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1_023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (1_023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let square = z * z;
    let mut sum = 0.0;
    for term in (0..LOGARITHM_TERMS).rev() {
        sum = 1.0 / f64::from(2 * term + 1) + square * sum;
    }
    2.0 * z * sum + exponent as f64 * LN_2
}

/// `base` to the power of `exponent`, for a positive base.
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    exp(ln(base) * exponent)
}

fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1_023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::{exp, ln, power};

    #[test]
    fn they_agree_with_the_standard_library_to_twelve_digits() {
        for step in 1..2_000_i32 {
            let x = f64::from(step) / 37.0;
            for (ours, theirs) in [(exp(x - 27.0), (x - 27.0).exp()), (ln(x), x.ln()), (power(x, -1.05), x.powf(-1.05))]
            {
                assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1e-3), "{x}: {ours} against {theirs}");
            }
        }
    }
}
