//! Ids are stored as their 16 bytes (P5).

use kit_ids::Id;

use super::{ColumnValue, FromColumn, Mismatch, ToColumn, Value};

impl<Kind> ToColumn for Id<Kind> {
    fn to_column(self) -> Value {
        Value::Bytes(self.to_bytes().to_vec())
    }
}

impl<Kind> FromColumn for Id<Kind> {
    fn from_column(value: ColumnValue<'_>) -> Result<Self, Mismatch> {
        match value {
            ColumnValue::Bytes(bytes) => {
                bytes.try_into().map(Self::from_bytes).map_err(|_| Mismatch { expected: "an id of 16 bytes" })
            }
            _ => Err(Mismatch { expected: "an id of 16 bytes" }),
        }
    }
}
