//! Lists of any length in a statement of fixed text: the marker `(..)` becomes as many placeholders as are needed.

use crate::Value;

/// Most values in one list. Well below what one statement may hold (SQLite 32,766, MySQL 65,535), and enough for the
/// entities of any one fetch.
pub const LIST_LENGTH_MAX: usize = 8_192;

const MARKER: &str = "(..)";

pub(super) fn expand_list(sql: &str, mut values: Vec<Value>) -> Result<(String, Vec<Value>), String> {
    check_length(values.len())?;
    let Some(last) = values.last().cloned() else {
        // True for no row. Not bound: MariaDB takes a bound NULL for a number, and refuses to compare bytes with it in an
        // `UPDATE`.
        return Ok((replace_marker(sql, "(NULL)")?, values));
    };
    values.resize(values.len().next_power_of_two(), last);
    let sql = replace_marker(sql, &placeholders(values.len()))?;
    Ok((sql, values))
}

pub(super) fn expand_rows<const COLUMNS: usize>(
    sql: &str,
    rows: Vec<[Value; COLUMNS]>,
) -> Result<(String, Vec<Value>), String> {
    if rows.is_empty() {
        return Err("there is no row to bind".to_owned());
    }
    check_length(rows.len() * COLUMNS)?;
    let groups = vec![placeholders(COLUMNS); rows.len()].join(", ");
    let sql = replace_marker(sql, &groups)?;
    Ok((sql, rows.into_iter().flatten().collect()))
}

fn placeholders(count: usize) -> String {
    format!("({})", vec!["?"; count].join(", "))
}

fn check_length(length: usize) -> Result<(), String> {
    match length {
        0..=LIST_LENGTH_MAX => Ok(()),
        _ => Err(format!("a list of {length} values is longer than {LIST_LENGTH_MAX}; cut it into chunks")),
    }
}

fn replace_marker(sql: &str, placeholders: &str) -> Result<String, String> {
    let (before, after) = sql.split_once(MARKER).ok_or_else(|| format!("it has no marker {MARKER} left for a list"))?;
    Ok(format!("{before}{placeholders}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{LIST_LENGTH_MAX, expand_list, expand_rows};
    use crate::Value;

    #[test]
    fn a_list_is_padded_to_a_power_of_two_with_its_last_value() {
        let values = [1, 2, 3].map(Value::Integer).to_vec();
        let (sql, values) = expand_list("WHERE id IN (..) AND x = ?", values).unwrap();
        assert_eq!(sql, "WHERE id IN (?, ?, ?, ?) AND x = ?");
        assert_eq!(values, [1, 2, 3, 3].map(Value::Integer));
    }

    #[test]
    fn an_empty_list_becomes_one_null() {
        assert_eq!(expand_list("IN (..)", vec![]).unwrap(), ("IN (NULL)".to_owned(), vec![]));
    }

    #[test]
    fn rows_become_groups() {
        let (sql, values) = expand_rows("VALUES (..)", vec![[Value::Null, Value::Null]; 2]).unwrap();
        assert_eq!((sql.as_str(), values.len()), ("VALUES (?, ?), (?, ?)", 4));
    }

    #[test]
    fn a_list_that_is_too_long_or_has_no_marker_is_refused() {
        assert!(expand_list("IN (..)", vec![Value::Null; LIST_LENGTH_MAX + 1]).unwrap_err().contains("chunks"));
        assert!(expand_list("IN (?)", vec![Value::Null]).unwrap_err().contains("marker"));
        assert!(expand_rows::<1>("VALUES (..)", vec![]).is_err());
    }
}
