//! Settings of the router from the environment: `LYCEUM_ROUTER__ADMISSION__BODY_BYTES_MAX` is
//! `router.admission.body_bytes_max`, and goes before what the file says.

use router_server::configuration::RouterSettings;
use serde_json::{Map, Value};

use super::ConfigurationError;

/// What every such variable begins with.
const PREFIX: &str = "LYCEUM_ROUTER__";

/// The settings with what the variables say. Those with other names are passed over.
///
/// # Errors
/// [`ConfigurationError::Environment`] for a variable that names no setting, or whose value does not fit.
pub(super) fn apply(
    settings: RouterSettings,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<RouterSettings, ConfigurationError> {
    let mut variables: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    if variables.is_empty() {
        return Ok(settings);
    }
    variables.sort();
    let base = serde_json::to_value(&settings).expect("invariant: settings are plain data");
    let mut changed = base.clone();
    for (name, text) in &variables {
        set(&mut changed, name, text);
        // Alone first, so that the error names the variable at fault. What lacks its neighbours is judged with them.
        let mut alone = base.clone();
        set(&mut alone, name, text);
        if let Err(error) = serde_json::from_value::<RouterSettings>(alone)
            && !error.to_string().starts_with("missing field")
        {
            return Err(refused(name.clone(), &error));
        }
    }
    serde_json::from_value(changed).map_err(|error| {
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        refused(names.join(", "), &error)
    })
}

fn refused(variable: String, error: &serde_json::Error) -> ConfigurationError {
    ConfigurationError::Environment {
        variable,
        problem: error.to_string(),
        remedy: "correct or unset it; docs/reference/configuration.md lists every key".to_owned(),
    }
}

/// Sets the key that the variable names, making the objects and lists on the way to it. An entry of a list is named by its
/// number, from 0: `..._ISSUERS__0__AUDIENCE`.
fn set(settings: &mut Value, variable: &str, text: &str) {
    let path = variable.trim_start_matches(PREFIX).to_lowercase();
    let place = path.split("__").fold(settings, |place, key| match key.parse() {
        Ok(number) => entry(place, number),
        Err(_) => member(place, key),
    });
    *place = match place {
        Value::String(_) => Value::from(text),
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    };
}

fn member<'v>(place: &'v mut Value, key: &str) -> &'v mut Value {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    &mut place[key]
}

/// The entry with this number; one behind the last is made, and stands behind the last.
fn entry(place: &mut Value, number: usize) -> &mut Value {
    if !place.is_array() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(entries) = place else { unreachable!("it was made a list") };
    let number = number.min(entries.len());
    if number == entries.len() {
        entries.push(Value::Null);
    }
    &mut entries[number]
}

#[cfg(test)]
mod tests {
    use router_server::configuration::RouterSettings;

    use super::apply;

    fn with(variables: &[(&str, &str)]) -> Result<RouterSettings, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        apply(RouterSettings::default(), variables).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_sets_its_key_and_no_other() {
        let settings = with(&[("LYCEUM_ROUTER__ADMISSION__BODY_BYTES_MAX", "100"), ("LYCEUM_LISTEN", "x")]).unwrap();
        let mut expected = RouterSettings::default();
        expected.admission.body_bytes_max = 100;
        assert_eq!(settings, expected);
    }

    #[test]
    fn a_part_that_is_absent_can_be_said_whole() {
        let settings = with(&[
            ("LYCEUM_ROUTER__AUTHENTICATION__ISSUERS__0__ISSUER", "https://issuer.example"),
            ("LYCEUM_ROUTER__AUTHENTICATION__ISSUERS__0__AUDIENCE", "graph"),
            ("LYCEUM_ROUTER__AUTHENTICATION__ISSUERS__0__JWKS__URL", "https://issuer.example/keys"),
            ("LYCEUM_ROUTER__CORS__ORIGINS", r#"["https://front.example"]"#),
        ]);
        let settings = settings.unwrap();
        assert_eq!(settings.authentication.unwrap().issuers[0].audience, "graph");
        assert_eq!(settings.cors.origins, ["https://front.example"]);
    }

    #[test]
    fn a_wrong_name_or_value_is_named_with_its_remedy() {
        for (name, value) in
            [("LYCEUM_ROUTER__ADMISION__URL_BYTES_MAX", "1"), ("LYCEUM_ROUTER__ADMISSION__URL_BYTES_MAX", "many")]
        {
            let error = with(&[(name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains("remedy"), "{error}");
        }
    }
}
