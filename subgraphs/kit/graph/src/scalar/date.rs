//! `Date`: a day.

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

use super::bad_input;

const FORM: &str = "%Y-%m-%d";

/// A day of the calendar, in no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

/// A calendar day: YYYY-MM-DD.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(bad_input("a day is a string such as \"2026-01-31\"")) };
        match NaiveDate::parse_from_str(text, FORM) {
            // The reader forgives missing zeros; one day has one spelling here.
            Ok(day) if day.format(FORM).to_string() == *text => Ok(Self(day)),
            _ => Err(bad_input("not a day of the calendar; write 2026-01-31")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(FORM).to_string())
    }
}
