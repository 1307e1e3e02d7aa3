//! Fields that the operation's guard refuses: null, and one error for all the places of one selection.

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Field;
use apollo_compiler::response::ResponseDataPathSegment;
use apollo_compiler::{Name, Node};

use super::{Projection, PropagateNull, locations};
use crate::error::{ExecutionError, code};
use crate::error_log::ErrorIndex;
use crate::guard::FieldGuard;

/// Whether a field is not shown. What an object is (`__typename`) and what the schema says are no fields of an object.
pub(super) fn is_refused(guard: &dyn FieldGuard, parent_type: &Name, field: &Field) -> bool {
    !field.name.starts_with("__") && guard.refuses(parent_type, &field.name)
}

impl<'a> Projection<'a> {
    /// Writes null for a field that is not shown, or propagates it. The first place of a selection names it in an error,
    /// which explains the others as well.
    pub(super) fn write_refused(
        &mut self,
        parent_type: &Name,
        field_type: &Type,
        fields: &[&'a Node<Field>],
    ) -> Result<(), PropagateNull> {
        let keys = self.path.iter().filter_map(|segment| match segment {
            ResponseDataPathSegment::Field(key) => Some(key.clone()),
            ResponseDataPathSegment::ListIndex(_) => None,
        });
        let selection = (parent_type.clone(), keys.collect());
        match self.refused.get(&selection) {
            Some(known) => self.log.explain(&self.path, None, *known),
            None => {
                let index = self.report_refused(parent_type, fields);
                self.refused.insert(selection, index);
            }
        }
        self.complete_null(field_type, fields).map(|_| ())
    }

    fn report_refused(&mut self, parent_type: &Name, fields: &[&'a Node<Field>]) -> ErrorIndex {
        let mut error = ExecutionError::router(code::INTERNAL, String::new());
        if let Some(guard) = self.guard {
            let refusal = guard.refusal(parent_type, &fields[0].name);
            (error.message, error.extensions) = (refusal.message, refusal.extensions);
        }
        error.path.clone_from(&self.path);
        error.locations = locations(self.document, fields);
        self.log.report(None, error)
    }
}
