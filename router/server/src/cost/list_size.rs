//! How long lists are: as `@listSize` says, as the usual arguments of paging say, or as the settings do.

use apollo_compiler::Name;
use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};

use super::Variables;
use super::inputs::is_list;
use super::model::CostModel;

/// The arguments by which a list is cut where no `@listSize` stands.
const USUAL_ARGUMENTS: [&str; 3] = ["first", "last", "limit"];
/// The lists of a connection that they cut (Relay's connections).
const USUAL_SIZED_FIELDS: [&str; 2] = ["edges", "nodes"];

/// How many values a field has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Size {
    /// As many for all requests.
    Known(u64),
    /// As many as the greatest of these says.
    Given {
        variables: Vec<Name>,
        known: Option<u64>,
        /// When none of them says anything.
        otherwise: u64,
    },
}

impl Size {
    pub(super) const ONE: Self = Self::Known(1);

    pub(super) fn value(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(size) => *size,
            Self::Given { variables: names, known, otherwise } => {
                let given = names.iter().filter_map(|name| variables.get(name.as_str())?.as_u64());
                given.chain(*known).max().unwrap_or(*otherwise)
            }
        }
    }
}

/// The size of what a field returns, or of lists right below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Sized {
    pub(super) size: Size,
    /// The lists that have the size; when there are none, it is the field itself.
    pub(super) fields: Vec<Name>,
}

/// What is said of a field's size, if anything is. The error is why it cannot be told: not exactly one of these
/// arguments is given.
pub(super) fn sized(
    model: &CostModel,
    definition: &FieldDefinition,
    field: &Field,
) -> Result<Option<Sized>, Vec<String>> {
    let Some(directive) = model.list_size_directive(definition) else {
        return Ok(usual(model, definition, field));
    };
    let slicing = names(directive.specified_argument_by_name("slicingArguments").map(|value| &**value));
    let one_only = directive.specified_argument_by_name("requireOneSlicingArgument").and_then(|value| value.to_bool());
    let given = slicing.iter().filter(|name| is_given(field, name)).count();
    let by_default = || slicing.iter().filter(|name| default_of(definition, name).is_some()).count();
    if one_only != Some(false) && !slicing.is_empty() && given != 1 && (given > 1 || by_default() != 1) {
        return Err(slicing);
    }
    let assumed = directive.specified_argument_by_name("assumedSize").and_then(|value| value.to_i32());
    let otherwise = assumed.map_or(model.list_size_default, |size| u64::try_from(size).unwrap_or_default());
    let fields = names(directive.specified_argument_by_name("sizedFields").map(|value| &**value));
    let fields = fields.iter().filter_map(|name| Name::new(name).ok()).collect();
    Ok(Some(Sized { size: sliced(definition, field, &slicing, otherwise), fields }))
}

/// Lists that are paged in the usual way need no `@listSize`.
fn usual(model: &CostModel, definition: &FieldDefinition, field: &Field) -> Option<Sized> {
    let arguments = USUAL_ARGUMENTS.into_iter().filter(|name| {
        definition
            .argument_by_name(name)
            .is_some_and(|argument| argument.ty.inner_named_type() == "Int" && !is_list(&argument.ty))
    });
    let arguments: Vec<String> = arguments.map(str::to_owned).collect();
    if arguments.is_empty() {
        return None;
    }
    let fields = if is_list(&definition.ty) {
        Vec::new()
    } else {
        let returned = model.schema().types.get(definition.ty.inner_named_type());
        let lists = USUAL_SIZED_FIELDS.into_iter().filter(|name| returned.is_some_and(|ty| has_list(ty, name)));
        let lists: Vec<Name> = lists.map(Name::new_static_unchecked).collect();
        if lists.is_empty() {
            return None;
        }
        lists
    };
    Some(Sized { size: sliced(definition, field, &arguments, model.list_size_default), fields })
}

fn has_list(ty: &ExtendedType, name: &str) -> bool {
    let field = match ty {
        ExtendedType::Object(object) => object.fields.get(name),
        ExtendedType::Interface(interface) => interface.fields.get(name),
        _ => None,
    };
    field.is_some_and(|field| is_list(&field.ty))
}

/// The greatest of what the arguments say, or their defaults; a negative number says nothing.
fn sliced(definition: &FieldDefinition, field: &Field, arguments: &[String], otherwise: u64) -> Size {
    let (mut variables, mut known, mut by_default) = (Vec::new(), None, None);
    for name in arguments {
        match field.specified_argument_by_name(name).map(|value| &**value) {
            Some(Value::Variable(variable)) => {
                variables.push(variable.clone());
                // A variable that is not given leaves the argument to its default.
                by_default = by_default.max(default_of(definition, name));
            }
            Some(value) => known = known.max(number(value)),
            None => by_default = by_default.max(default_of(definition, name)),
        }
    }
    match (variables.is_empty(), known) {
        (true, Some(known)) => Size::Known(known),
        (true, None) => Size::Known(by_default.unwrap_or(otherwise)),
        (false, known) => Size::Given { variables, known, otherwise: by_default.unwrap_or(otherwise) },
    }
}

fn is_given(field: &Field, name: &str) -> bool {
    field.specified_argument_by_name(name).is_some_and(|value| !value.is_null())
}

fn default_of(definition: &FieldDefinition, name: &str) -> Option<u64> {
    number(definition.argument_by_name(name)?.default_value.as_ref()?)
}

fn number(value: &Value) -> Option<u64> {
    value.to_i32().and_then(|number| u64::try_from(number).ok())
}

fn names(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_list).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// How many lists there are within each value of a list of lists, each taken to be as long as the settings say.
pub(super) fn inner_size(ty: &Type, default: u64) -> u64 {
    match ty {
        Type::List(item) | Type::NonNullList(item) if is_list(item) => {
            default.saturating_mul(inner_size(item, default))
        }
        _ => 1,
    }
}
