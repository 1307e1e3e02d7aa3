//! `Long`: integers beyond 32 bits that JavaScript still holds exactly.

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::bad_input;

/// The greatest `Long`, 2⁵³ − 1: the least is its negative.
pub const LONG_MAX: i64 = (1 << 53) - 1;

/// An integer between ±(2⁵³ − 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Long(i64);

impl Long {
    /// The integer.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for Long {
    /// Stops at ±[`LONG_MAX`]: beyond it clients would silently see another number.
    fn from(value: i64) -> Self {
        Self(value.clamp(-LONG_MAX, LONG_MAX))
    }
}

/// A whole number of at most 53 bits, safe in JavaScript.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => match number.as_i64() {
                Some(integer) if (-LONG_MAX..=LONG_MAX).contains(&integer) => Ok(Self(integer)),
                _ => Err(bad_input(format!("{number} is no integer between ±{LONG_MAX}"))),
            },
            _ => Err(bad_input("an integer is needed")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}
