//! Property: nulls propagate, and errors stand, as a plain reading of GraphQL 6.4.4 has it.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof, proptest};
use serde_json::{Map, Value, json};

use crate::graph::{Graph, root};

/// Every way in which lists and items may or may not be null, of leaves and of objects.
const TYPES: [&str; 12] =
    ["Int", "Int!", "T", "T!", "[T]", "[T!]", "[T]!", "[T!]!", "[[Int!]]", "[[Int]!]!", "[[T!]!]", "[[T]]!"];

fn sdl() -> String {
    let fields: Vec<_> = TYPES.iter().enumerate().map(|(index, of_type)| format!("f{index}: {of_type}")).collect();
    format!("type Query {{ t: T u: T! }} type T {{ {} }}", fields.join(" "))
}

/// A selection of fields by their index in [`TYPES`]; empty below leaves.
#[derive(Debug, Clone)]
struct Selected(Vec<(usize, Selected)>);

fn selected() -> impl Strategy<Value = Selected> {
    let leaf = prop::sample::subsequence(vec![0, 1, 8, 9], 1..4)
        .prop_map(|fields| Selected(fields.into_iter().map(|field| (field, Selected(vec![]))).collect()));
    leaf.prop_recursive(3, 24, 4, |inner| {
        let fields = prop::sample::subsequence((0..TYPES.len()).collect::<Vec<_>>(), 1..5);
        (fields, prop::collection::vec(inner, 12)).prop_map(|(fields, inner)| {
            let below = |field: usize| if TYPES[field].contains('T') { inner[field].clone() } else { Selected(vec![]) };
            Selected(fields.into_iter().map(|field| (field, below(field))).collect())
        })
    })
}

fn text(selected: &Selected) -> String {
    let fields = selected.0.iter().map(|(field, below)| {
        if below.0.is_empty() { format!("f{field}") } else { format!("f{field}{{{}}}", text(below)) }
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Data for a selection: now and then null, absent, or of the wrong kind.
fn data(of_type: &str, selected: &Selected) -> prop::strategy::BoxedStrategy<Value> {
    let of_type = of_type.trim_end_matches('!');
    let whole = if let Some(items) = of_type.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        prop::collection::vec(data(items, selected), 0..3).prop_map(Value::Array).boxed()
    } else if of_type == "Int" {
        (0..9).prop_map(Value::from).boxed()
    } else {
        let fields: Vec<_> =
            selected.0.iter().map(|(field, below)| (Just(format!("f{field}")), data(TYPES[*field], below))).collect();
        fields.prop_map(|fields| Value::Object(fields.into_iter().collect())).boxed()
    };
    prop_oneof![12 => whole, 1 => Just(Value::Null), 1 => Just(json!("wrong"))].boxed()
}

/// The oracle. `Err` is a null on its way up; the error that caused it is in `errors` already.
fn complete(
    of_type: &str,
    selected: &Selected,
    value: &Value,
    path: &[Value],
    errors: &mut Vec<Value>,
) -> Result<Value, ()> {
    let Some(nullable) = of_type.strip_suffix('!') else {
        return Ok(complete_nullable(of_type, selected, value, path, errors).unwrap_or(Value::Null));
    };
    let errors_before = errors.len();
    match complete_nullable(nullable, selected, value, path, errors) {
        Ok(Value::Null) | Err(()) => {
            if errors.len() == errors_before {
                errors.push(json!(path));
            }
            Err(())
        }
        value => value,
    }
}

fn complete_nullable(
    of_type: &str,
    selected: &Selected,
    value: &Value,
    path: &[Value],
    errors: &mut Vec<Value>,
) -> Result<Value, ()> {
    let below = |segment: Value| [path, &[segment]].concat();
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(items_type) = of_type.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        && let Value::Array(items) = value
    {
        let complete_item = |(index, item)| complete(items_type, selected, item, &below(json!(index)), errors);
        return items.iter().enumerate().map(complete_item).collect();
    }
    if of_type == "T"
        && let Value::Object(object) = value
    {
        let mut fields = Map::new();
        for (field, inner) in &selected.0 {
            let key = format!("f{field}");
            let value = object.get(&key).unwrap_or(&Value::Null);
            let completed = complete(TYPES[*field], inner, value, &below(json!(key)), errors)?;
            fields.insert(key, completed);
        }
        return Ok(Value::Object(fields));
    }
    if of_type == "Int" && value.is_i64() {
        return Ok(value.clone());
    }
    errors.push(json!(path));
    Ok(Value::Null)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn data_and_error_paths_are_those_of_the_specification(
        (selected, value, is_strict) in selected().prop_flat_map(|selected| {
            let value = data("T", &selected);
            (Just(selected), value, proptest::bool::ANY)
        })
    ) {
        let (field, of_type) = if is_strict { ("u", "T!") } else { ("t", "T") };
        let query = format!("{{ {field} {{ {} }} }}", text(&selected));
        let graph = Graph::new(&sdl()).answering("one", json!({"data": {field: value}}));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let reply = runtime.block_on(graph.run(&query, vec![root(0, &query)]));

        let mut errors = Vec::new();
        let expected = complete(of_type, &selected, &value, &[json!(field)], &mut errors);
        let expected = expected.map_or(Value::Null, |value| json!({field: value}));
        assert_eq!(reply["data"], expected);
        let paths: Vec<_> =
            reply["errors"].as_array().into_iter().flatten().map(|error| error["path"].clone()).collect();
        assert_eq!(paths, errors);
    }
}
