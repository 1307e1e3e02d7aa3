//! How Rust values become columns and columns become Rust values, alike on both engines.

mod id;

use std::borrow::Cow;

/// A value on its way into a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL` of any type.
    Null,
    /// Integers, booleans (0 and 1) and times (UTC microseconds).
    Integer(i64),
    /// Floating-point numbers.
    Real(f64),
    /// Text.
    Text(String),
    /// Binary strings, ids among them.
    Bytes(Vec<u8>),
}

/// A value as a row holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnValue<'row> {
    /// `NULL`.
    Null,
    /// Any integer type, and a `DECIMAL` without fraction: MySQL answers `SUM` over integers with one.
    Integer(i64),
    /// Any floating-point type, and a `DECIMAL` with a fraction: MySQL answers `AVG` over integers with one.
    Real(f64),
    /// Text.
    Text(&'row str),
    /// A binary string.
    Bytes(&'row [u8]),
}

impl ColumnValue<'_> {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a floating-point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// A column holds something else than the type asked for. Carries what was expected, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// For instance "an integer that fits 32 bits".
    pub expected: &'static str,
}

/// A type that can be bound to a placeholder.
pub trait ToColumn {
    /// The value as both engines store it.
    fn to_column(self) -> Value;
}

/// A type that can be read from a column.
pub trait FromColumn: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// [`Mismatch`] when the column holds something else; `NULL` only fits `Option`.
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch>;
}

macro_rules! integer_columns {
    ($($integer:ty => $expected:literal),+) => {$(
        impl ToColumn for $integer {
            fn to_column(self) -> Value {
                Value::Integer(i64::from(self))
            }
        }

        impl FromColumn for $integer {
            fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
                let mismatch = Mismatch { expected: $expected };
                match value {
                    ColumnValue::Integer(integer) => integer.try_into().map_err(|_| mismatch),
                    _ => Err(mismatch),
                }
            }
        }
    )+};
}
integer_columns!(
    i64 => "an integer",
    i32 => "an integer of 32 bits",
    u32 => "an integer of 32 bits that is not negative",
    u16 => "an integer of 16 bits that is not negative",
    u8 => "an integer of 8 bits that is not negative"
);

impl ToColumn for bool {
    fn to_column(self) -> Value {
        Value::Integer(i64::from(self))
    }
}

impl FromColumn for bool {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Integer(0) => Ok(false),
            ColumnValue::Integer(1) => Ok(true),
            _ => Err(Mismatch { expected: "0 or 1" }),
        }
    }
}

impl ToColumn for f64 {
    fn to_column(self) -> Value {
        Value::Real(self)
    }
}

impl FromColumn for f64 {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Real(real) => Ok(real),
            // Both engines may answer a whole number as an integer; 53 bits are exact.
            #[expect(clippy::cast_precision_loss, reason = "the column was declared as a floating-point number")]
            ColumnValue::Integer(integer) => Ok(integer as f64),
            _ => Err(Mismatch { expected: "a number" }),
        }
    }
}

impl ToColumn for String {
    fn to_column(self) -> Value {
        Value::Text(self)
    }
}

impl ToColumn for &str {
    fn to_column(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToColumn for &String {
    fn to_column(self) -> Value {
        Value::Text(self.clone())
    }
}

impl ToColumn for Cow<'_, str> {
    fn to_column(self) -> Value {
        Value::Text(self.into_owned())
    }
}

impl FromColumn for String {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Text(text) => Ok(text.to_owned()),
            _ => Err(Mismatch { expected: "text" }),
        }
    }
}

impl ToColumn for Vec<u8> {
    fn to_column(self) -> Value {
        Value::Bytes(self)
    }
}

impl ToColumn for &[u8] {
    fn to_column(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Bytes(bytes) => Ok(bytes.to_vec()),
            _ => Err(Mismatch { expected: "bytes" }),
        }
    }
}

impl<const LENGTH: usize> ToColumn for [u8; LENGTH] {
    fn to_column(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<const LENGTH: usize> ToColumn for &[u8; LENGTH] {
    fn to_column(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<const LENGTH: usize> FromColumn for [u8; LENGTH] {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        let mismatch = Mismatch { expected: "bytes of the type's own length" };
        match value {
            ColumnValue::Bytes(bytes) => bytes.try_into().map_err(|_| mismatch),
            _ => Err(mismatch),
        }
    }
}

impl<T: ToColumn> ToColumn for Option<T> {
    fn to_column(self) -> Value {
        self.map_or(Value::Null, ToColumn::to_column)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Null => Ok(None),
            present => T::from_column(present).map(Some),
        }
    }
}

impl ToColumn for Value {
    fn to_column(self) -> Value {
        self
    }
}
