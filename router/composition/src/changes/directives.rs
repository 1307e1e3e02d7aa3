//! Directives that operations apply.

use apollo_compiler::Schema;

use super::{Found, fields};

pub(super) fn compare(old: &Schema, new: &Schema, found: &mut Found) {
    for (name, before) in old.directive_definitions.iter().filter(|(_, one)| !one.is_built_in()) {
        let coordinate = format!("@{name}");
        let Some(after) = new.directive_definitions.get(name) else {
            found.breaking("DIRECTIVE_REMOVED", coordinate, "the directive was removed");
            continue;
        };
        if before.repeatable && !after.repeatable {
            let message = "the directive cannot be repeated any more";
            found.breaking("DIRECTIVE_REPEATABLE_REMOVED", coordinate.clone(), message);
        }
        for gone in before.locations.iter().filter(|location| !after.locations.contains(location)) {
            let message = format!("the directive cannot stand on {gone} any more");
            found.breaking("DIRECTIVE_LOCATION_REMOVED", coordinate.clone(), message);
        }
        fields::compare_arguments(&coordinate, &before.arguments, &after.arguments, found);
    }
    let added = new.directive_definitions.keys().filter(|name| !old.directive_definitions.contains_key(*name));
    added.for_each(|name| found.safe("DIRECTIVE_ADDED", format!("@{name}"), "the directive was added"));
}
